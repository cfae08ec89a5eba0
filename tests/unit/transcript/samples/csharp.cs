using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;

namespace Example.Inventory
{
    /// <summary>One thing in the store.</summary>
    public record Item(string Name, decimal Price, int Count = 0);

    public interface IStore
    {
        Task<Item?> FindAsync(string name);
    }

    /* Keeps everything
       in memory. */
    public sealed class MemoryStore : IStore
    {
        private readonly Dictionary<string, Item> _items = new();
        private const double Ratio = 1.25e2;

        public int Size => _items.Count;

        public async Task<Item?> FindAsync(string name)
        {
            await Task.Delay(10);
            return _items.TryGetValue(name, out var item) ? item : null;
        }

        public void Add(Item item)
        {
            if (item is null || item.Price < 0.0m)
            {
                throw new ArgumentException("bad \"item\"\n", nameof(item));
            }
            _items[item.Name] = item; // the last one wins
        }

        public IEnumerable<string> Names(Func<Item, bool> filter)
        {
            foreach (var item in _items.Values.Where(filter).OrderBy(i => i.Name))
            {
                yield return item.Name;
            }
        }
    }

    public static class Program
    {
        public static async Task Main(string[] args)
        {
            var store = new MemoryStore();
            store.Add(new Item("hammer", 12.50m, 3));
            var path = @"C:\tools\list.txt";
            char letter = 'x';
            switch (await store.FindAsync("hammer"))
            {
                case { Count: > 0 } found when letter != '\t':
                    Console.WriteLine(found.Name + " in " + path);
                    break;
                default:
                    Console.WriteLine("nothing" + 0x1F);
                    break;
            }
        }
    }
}
