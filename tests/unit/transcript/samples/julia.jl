# Simulates a walk on a line.
module Walks

using Random
import Statistics: mean, std

export Walk, run!

#= A walk has a position
   and its history. =#
mutable struct Walk{T<:Real}
    position::T
    history::Vector{T}
end

Walk(start::T) where {T<:Real} = Walk{T}(start, T[start])

"""
Goes one step to the left or right.
"""
function step!(walk::Walk, size = 1.0; rng = Random.default_rng())
    direction = rand(rng, Bool) ? 1 : -1
    walk.position += direction * size
    push!(walk.history, walk.position)
    return walk
end

function run!(walk::Walk, steps::Int)
    for i in 1:steps
        step!(walk)
        if abs(walk.position) > 1_000
            @warn "far away" i walk.position
            break
        elseif i % 100 == 0
            println("step $i: $(walk.position)\n")
        end
    end
    walk
end

end # module

using .Walks
const names = Dict(:a => 'x', :b => '\n')
walk = run!(Walk(0.0), 0x10)
try
    error("never \"mind\"")
catch failure
    failure isa ErrorException || rethrow()
finally
    println(1.5e-3, nothing, true && false)
end
