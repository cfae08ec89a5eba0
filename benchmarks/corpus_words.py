"""What the corpus is made of: words, sentences of many scripts, code with places for names and numbers. Data only."""

WORDS = (
    "the a an of to in for with and or but when while because so that this each every no one other same new old first "
    "last next few many request response server client thread queue worker cache buffer token model answer message "
    "window line block table column index key value record field type list map tree node edge path file folder module "
    "function method class object signal event loop timer frame pixel layout style colour font width height scroll "
    "test case input output result error failure reason limit bound size length count rate time second memory page "
    "process kernel socket address port host name user session state order step change branch commit merge review "
    "reads writes opens closes starts stops keeps drops waits holds moves splits joins grows shrinks returns raises "
    "measures paints parses stores loads checks finds counts sends takes gives needs means makes quickly slowly once "
    "twice never always often only already still again later before after above below between within without about "
    "small large short long empty full open closed stable exact rough simple safe plain common rare important"
)
SENTENCES = (
    "Кэш хранит последние ответы, поэтому повторный запрос почти ничего не стоит.",
    "Сначала проверьте журнал, затем перезапустите службу и подождите несколько секунд.",
    "缓存保存最近的结果,因此相同的请求几乎不需要时间。",
    "まず設定ファイルを確認してから、サーバーを再起動してください。",
    "먼저 로그를 확인한 다음 서버를 다시 시작하십시오.",
    "Η μέτρηση έγινε τρεις φορές και κρατήθηκε η διάμεσος.",
    "Done ✅ — the build is green 🚀, and nobody was harmed 🙂👍🏽.",
    "Naïve café façade: coöperation œuvre, ﬁnally — “quoted”, 12 µs ± 3 %, x² ≤ 10⁻³.",
)
FORMULAS = (
    r"E = mc^2",
    r"\sum_{i=1}^{n} x_i^2 \le \left( \sum_{i=1}^{n} |x_i| \right)^2",
    r"\int_0^\infty e^{-x^2} \, dx = \frac{\sqrt{\pi}}{2}",
    r"\hat{\beta} = (X^\top X)^{-1} X^\top y",
    r"P(A \mid B) = \frac{P(B \mid A) P(A)}{P(B)}",
    r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
)
INLINE_FORMULAS = ("x_i", r"\alpha \le \beta", "O(n \\log n)", r"\frac{1}{2}", "e^{i\\pi}", r"\sqrt{n}")
CODE = {
    "python": '''\
class NAME(Protocol):
    """Keeps NUMBER of them at most."""

    limit: int = NUMBER

    async def OTHER(self, values: Sequence[float], *, is_final: bool = False) -> dict[str, float]:
        # The first one wins; the others wait.
        found = {f"NAME-{index}": value * 0.5 for index, value in enumerate(values) if value > NUMBER}
        if not found:
            raise ValueError("NAME needs values")
        return found | {"total": sum(found.values())}
''',
    "typescript": """\
export async function NAME(input: Map<string, number>, limit = NUMBER): Promise<string[]> {
  // Sorted by size, the largest first.
  const entries = [...input.entries()].sort(([, a], [, b]) => b - a);
  for (const [key, value] of entries) {
    if (value > limit) console.warn(`OTHER: ${key} is ${value}`);
  }
  return entries.map(([key]) => key.toUpperCase());
}
""",
    "rust": """\
impl<T: Clone + Send> NAME<T> {
    /// Takes at most NUMBER of them.
    pub fn OTHER(&mut self, limit: usize) -> Result<Vec<T>, Error> {
        let mut taken = Vec::with_capacity(limit.min(NUMBER));
        while let Some(item) = self.queue.pop_front() {
            taken.push(item.clone()); /* cheap */
        }
        Ok(taken)
    }
}
""",
    "sql": """\
SELECT conversation.id, count(*) AS messages, max(message.created) AS latest
FROM message JOIN conversation ON conversation.id = message.NAME
WHERE message.role = 'assistant' AND length(message.OTHER) > NUMBER -- long ones
GROUP BY conversation.id ORDER BY latest DESC LIMIT NUMBER;
""",
    "bash": """\
set -euo pipefail
for file in "$HOME"/NAME/*.log; do
  # Older than NUMBER days.
  if [[ $(stat -c %Y "$file") -lt NUMBER ]]; then
    gzip --best "$file" && echo "OTHER: ${file##*/}"
  fi
done
""",
    "json": """\
{
  "NAME": {"limit": NUMBER, "names": ["OTHER", "NAME"], "isOpen": true},
  "rates": [0.5, 1.25, NUMBER, null],
  "OTHER": "https://example.org/NAME?limit=NUMBER"
}
""",
    "cpp": """\
template <typename T>
std::optional<T> NAME<T>::OTHER(const std::vector<T>& values) const noexcept {
    /* Nothing is copied
       before it is asked for. */
    auto found = std::find_if(values.begin(), values.end(), [](const T& one) { return one > NUMBER; });
    return found == values.end() ? std::nullopt : std::make_optional(*found);
}
""",
    "go": """\
func (s *NAME) OTHER(ctx context.Context, limit int) (map[string]int, error) {
	// NUMBER is enough for everyone.
	found := make(map[string]int, NUMBER)
	for key, value := range s.items {
		if value > limit { found[key] = value }
	}
	return found, ctx.Err()
}
""",
    "html": """\
<section class="NAME" data-limit="NUMBER">
  <!-- shown once -->
  <h2 style="color: #2f6fdb">OTHER &amp; NAME</h2>
  <script>document.querySelector(".NAME").dataset.count = NUMBER;</script>
</section>
""",
    "yaml": """\
NAME:
  image: registry.example.org/OTHER:NUMBER
  environment: {LIMIT: "NUMBER", MODE: 'OTHER'}
  ports: ["NUMBER:80"]  # plain HTTP
""",
}
