// Loads pages one after another and counts words.
import { readFile } from "node:fs/promises";
import path, { join as joined } from 'node:path';

const LIMIT = 10_000;
const WORD = /[\p{L}']+(?:-\w+)*/gu;
const pattern = new RegExp("^a/b$", "i");

/**
 * Counts the words of a text.
 * @param {string} text
 */
export function count(text = "") {
  const counts = new Map();
  for (const [word] of text.matchAll(WORD)) {
    const key = word.toLowerCase().replace(/^'|'$/g, "");
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

class Crawler {
  #queue = [];
  static instances = 0;

  constructor(base, { depth = 3, verbose = false } = {}) {
    this.base = base;
    this.depth = depth;
    this.verbose = verbose;
    Crawler.instances++;
  }

  async *pages() {
    while (this.#queue.length > 0) {
      const url = this.#queue.shift();
      try {
        const answer = await fetch(`${this.base}/${url}?depth=${this.depth - 1}`);
        if (!answer.ok) throw new Error(`status ${answer.status}
          for ${url}`);
        yield await answer.json();
      } catch (error) {
        if (this.verbose) console.error('failed:\t', error.message);
      }
    }
  }
}

const half = LIMIT / 2 / 1.5e3;
const style = typeof half === "number" && half !== 0x10 ? 'small' : null;

(async () => {
  const text = await readFile(joined(path.sep, "tmp", 'input.txt'), "utf8");
  const top = [...count(text)].sort((a, b) => b[1] - a[1]).slice(0, 20);
  top.forEach(([word, number]) => console.log(`${word.padEnd(12)} ${"#".repeat(number)}`));
  /* done */
  process.exit(style === undefined ? 1 : 0);
})();
