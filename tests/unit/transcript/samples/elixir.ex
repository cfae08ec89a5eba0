defmodule Shop.Cart do
  @moduledoc """
  A cart with its items.
  """

  alias Shop.{Item, Price}
  require Logger

  @limit 1_000
  defstruct items: [], owner: nil

  # Adds an item, if there is room.
  def add(%__MODULE__{items: items} = cart, %Item{} = item) when length(items) < @limit do
    {:ok, %{cart | items: [item | items]}}
  end

  def add(_cart, _item), do: {:error, :full}

  @doc "Sums all prices."
  def total(cart, tax \\ 0.19) do
    cart.items
    |> Enum.map(fn item -> item.price * (1 + tax) end)
    |> Enum.sum()
  end

  defp log(text, level) do
    case level do
      :debug -> Logger.debug("cart: #{inspect(text)}\n")
      'other' -> nil
      _ -> IO.puts(text <> "!")
    end
  end

  def run(names) do
    for name <- names, name != "", into: %{} do
      {name, String.length(name) + 0x10}
    end
  rescue
    error in RuntimeError -> log(error, :debug)
  end

  def words, do: ~w(one two three)
  def match?(text), do: text =~ ~r/^a\d+$/i and not is_nil(text) or true
end
