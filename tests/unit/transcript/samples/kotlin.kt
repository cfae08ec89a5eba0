package org.example.weather

import kotlinx.coroutines.delay
import kotlinx.coroutines.runBlocking

/** A reading of one station. */
data class Reading(val station: String, val celsius: Double, val hour: Int = 0)

sealed interface Outcome {
    object Missing : Outcome
    class Found(val mean: Double) : Outcome
}

enum class Unit { CELSIUS, FAHRENHEIT }

/*
 * Converts between the units,
 * in both directions.
 */
fun Double.to(unit: Unit): Double = when (unit) {
    Unit.CELSIUS -> this
    Unit.FAHRENHEIT -> this * 9 / 5 + 32.0
}

class Station(private val name: String) {
    private val readings = mutableListOf<Reading>()
    var limit: Int = 1_000
        private set

    companion object {
        const val VERSION = "1.0"
        @JvmStatic
        fun empty(): Station = Station("none")
    }

    suspend fun measure(times: Int) {
        for (hour in 0 until times) {
            delay(10L)
            readings += Reading(name, 20.5 + hour * 0.25f, hour)
        }
    }

    fun mean(): Outcome {
        if (readings.isEmpty()) return Outcome.Missing
        return Outcome.Found(readings.map { it.celsius }.average())
    }
}

fun main() = runBlocking {
    val station = Station("north")
    station.measure(0x10)
    // the result decides the text
    val text = when (val outcome = station.mean()) {
        is Outcome.Found -> "mean: ${outcome.mean.to(Unit.FAHRENHEIT)} at $station\n"
        Outcome.Missing -> "nothing"
    }
    val long = """
        A long text with "quotes",
        for ${text.length} characters.
    """.trimIndent()
    println(text + 'x' + long)
    val nothing: String? = null
    println(nothing?.length ?: -1)
}
