package example.bank

import scala.collection.mutable
import scala.util.{Failure, Success, Try}

/** An account with its balance in cents. */
final case class Account(id: Int, owner: String, balance: Long = 0L)

sealed trait Event
case class Deposit(id: Int, amount: Long) extends Event
case object Closed extends Event

/* The bank keeps
   its accounts in a map. */
class Bank(val name: String) {
  private val accounts = mutable.Map.empty[Int, Account]
  var counter: Int = 0

  def open(owner: String): Account = {
    counter += 1
    val account = Account(counter, owner)
    accounts(counter) = account
    account
  }

  def handle(event: Event): Try[Account] = event match {
    case Deposit(id, amount) if amount > 0 =>
      Try {
        val account = accounts.getOrElse(id, throw new NoSuchElementException(s"no account $id"))
        val changed = account.copy(balance = account.balance + amount)
        accounts.update(id, changed)
        changed
      }
    case Deposit(_, _) => Failure(new IllegalArgumentException("bad \"amount\"\n"))
    case Closed => Failure(new RuntimeException("closed"))
  }

  def rich: Seq[String] =
    for {
      account <- accounts.values.toSeq
      if account.balance >= 1000000
    } yield account.owner
}

object Main extends App {
  val bank = new Bank("first")
  val ada = bank.open("Ada")
  // three tries
  (1 to 3).foreach { n =>
    bank.handle(Deposit(ada.id, n * 100L)) match {
      case Success(account) => println(f"${account.owner}: ${account.balance / 100.0}%.2f")
      case Failure(error) => println(error.getMessage)
    }
  }
  val letter: Char = 'x'
  val text = """a "long"
    text"""
  println(text + letter + 0xFF + 1.5e3)
}
