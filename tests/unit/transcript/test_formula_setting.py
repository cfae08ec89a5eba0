"""Formulas as models write them, set by the real setter."""

import re
from xml.etree import ElementTree

import pytest

from seproj_desktop.window.transcript.workshop.formula_setting import set_formula
from seproj_desktop.window.transcript.workshop.mathml import tree
from seproj_desktop.window.transcript.workshop.orders import MAX_SVG, SetFormula
from seproj_desktop.window.transcript.workshop.tex import prepare
from seproj_desktop.window.transcript.workshop.tex_commands import UnsettableError

COMMON = [
    r"\frac{a+b}{c-d}",
    r"\sum_{i=1}^{n} i = \frac{n(n+1)}{2}",
    r"\int_{-\infty}^{\infty} e^{-x^2}\,dx = \sqrt{\pi}",
    r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}^{-1}, \begin{bmatrix} x \end{bmatrix}_2^T",
    r"\begin{bmatrix} a_{11} & \cdots & a_{1n} \\ \vdots & \ddots & \vdots \\ a_{m1} & \cdots & a_{mn} \end{bmatrix}",
    r"f(x) = \begin{cases} x^2 & \text{if } x \ge 0 \\ -x & \text{otherwise} \end{cases}",
    r"\begin{align*} x + y &= 10 \\ 2x - y &= 5 \end{align*}",
    r"\begin{equation} E = mc^2 \tag{1} \end{equation}",
    r"\alpha, \beta, \Gamma, \varepsilon, \varphi, \hbar, \ell, \infty, \partial, \nabla",
    r"\hat{x}, \bar{y}, \vec{v}, \dot{q}, \tilde{n}, \overline{AB}, \widehat{ABC}, \underbrace{a+b}_{n}",
    r"\left. \frac{df}{dx} \right|_{x=0} \left[ \frac{a}{b} \right] \left\{ \frac{c}{d} \right\} \left\| x \right\|",
    r"\mathbb{R}^n, \mathcal{L}, \mathfrak{g}, \mathbf{A}\mathbf{x}, \boldsymbol{\theta}, \mathbb{1}_{x>0}",
    r"\operatorname*{arg\,max}_{\theta} \; \mathcal{L}(\theta)",
    r"\mathrm{H_2O} + \text{CO}_2 \rightarrow \text{H}_2\text{CO}_3",
    r"O(n \log n), \Theta\left(n^{\log_b a}\right)",
    r"f'(x) = \lim_{h \to 0} \frac{f(x+h)-f(x)}{h}, \quad y'''",
    r"A = \{ x \in \mathbb{R} \mid x > 0 \} \cup B \setminus C, \emptyset, \forall x \exists y",
    r"P(A \mid B) = \frac{P(B \mid A)\, P(A)}{P(B)}, \quad \mathbb{E}[X], \quad X \sim \mathcal{N}(\mu, \sigma^2)",
    r"\binom{n}{k} = \frac{n!}{k!(n-k)!}, \quad a \equiv b \pmod{n}, \quad a \bmod b",
    r"\lVert x \rVert_2, \lfloor x \rfloor, \lceil x \rceil, \langle u, v \rangle",
    r"\tfrac{1}{2} \dfrac{1}{2} \cfrac{1}{x} \sqrt[3]{x}",
    r"\boxed{x = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}}",
    r"\overset{!}{=} \underset{x}{\min} \stackrel{d}{\to} \xrightarrow{\text{heat}}",
    r"\text{softmax}\left(\frac{QK^T}{\sqrt{d_k}}\right)V",
    r"\left[\begin{array}{cc|c} 1 & 0 & 2 \\ 0 & 1 & 3 \end{array}\right]",
    r"\implies, \iff, \mapsto, \hookrightarrow, \ne, \leq, \ll, \approx, \propto, \notin",
    r"\sum_{\substack{i=1 \\ j \neq i}}^{n} a_{ij}, \bigcup_{i} A_i, \bigoplus, \iint, \oint",
    r"^{14}\mathrm{C}, 90^\circ, 10^{-3}\,\text{m/s}^2, 50\%, 1,000",
    r"\text{where $x > 0$ and } a<b",
    "∑_{i=1}^n α_i ≤ β × γ → ∞",
]


@pytest.mark.parametrize("tex", COMMON)
@pytest.mark.parametrize("is_display", [True, False])
def test_common_formulas_are_set(tex: str, is_display: bool) -> None:
    formula = set_formula(tex, is_display=is_display, size=16)
    assert 0 < formula.ascent <= formula.height
    assert formula.width < 700
    assert len(formula.svg) < MAX_SVG


@pytest.mark.parametrize(
    "tex",
    [
        r"\ce{H2O}",
        r"\SI{5}{\meter}",
        r"\unknown",
        r"\frac{1}",
        r"\left( x",
        "x^",
        r"\text{速度}",
        "",
        r"\begin{matrix}a",
    ],
)
def test_what_would_come_out_wrong_is_refused(tex: str) -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011  the libraries raise whatever they like
        set_formula(tex, is_display=True, size=16)


@pytest.mark.parametrize(
    "tex",
    [
        r"\left(" * 20 + "x" + r"\right)" * 20,
        r"\begin{matrix}" * 30 + "x" + r"\end{matrix}" * 30,
        r"\abs{" * 20 + "x" + "}" * 20,
        r"\binom{n}{" * 20 + "k" + "}" * 20,
    ],
)
def test_what_would_take_for_ever_is_refused_before_it_is_begun(tex: str) -> None:
    with pytest.raises(UnsettableError, match="too deep"):
        tree(prepare(tex), is_display=True)


def size_of(tex: str) -> SetFormula:
    return set_formula(tex, is_display=True, size=100)


def test_the_baseline_is_where_letters_stand() -> None:
    margin = 100 / 16
    flat, deep = size_of("x"), size_of("y")
    assert flat.height - flat.ascent == pytest.approx(margin, abs=1.5)
    assert flat.ascent == pytest.approx(47.3 + margin, abs=1.5)
    assert deep.height - deep.ascent > margin + 10


def test_a_box_is_as_high_as_it_is_drawn() -> None:
    formula = size_of(r"\boxed{\frac{y}{y}}")
    box = next(element for element in ElementTree.fromstring(formula.svg).iter() if element.tag.endswith("rect"))
    left_out = formula.height - float(box.attrib["height"])
    assert left_out == pytest.approx(2 * 100 / 16, abs=1)


def test_distances_are_tex_s() -> None:
    a, b = size_of("a").width, size_of("b").width
    letters = a + b - 2 * 100 / 16
    for sign, distance in (
        (r"\cup", 44.4),
        (r"\times", 44.4),
        ("+", 44.4),
        ("=", 55.6),
        (r"\sim", 55.6),
        (r"\in", 55.6),
    ):
        ink = size_of(sign).width - 2 * 100 / 16
        assert size_of(f"a {sign} b").width - letters - ink == pytest.approx(distance, abs=16)
    minus = size_of("-a").width
    assert size_of("b = -a").width < size_of("b = b - a").width
    assert minus < size_of("b-a").width - b + 20


def test_brackets_grow_only_where_they_are_told_to() -> None:
    fraction = size_of(r"\frac{1}{2}").height
    for tex in (
        r"\lfloor x \rfloor",
        r"\langle x \rangle",
        r"\lVert x \rVert",
        r"a \pmod{n}",
        r"\uparrow",
        r"\vert x \vert",
    ):
        assert size_of(tex).height < fraction
        assert size_of(rf"{tex} \frac{{1}}{{2}}").height < 1.1 * fraction
    assert size_of(r"\left\lfloor \frac{1}{2} \right\rfloor").height >= fraction


def test_nothing_refers_to_anything_and_all_is_black() -> None:
    for tex in (*COMMON, r"\textcolor{url(http://example.com)}{x}", r"\href{http://example.com}{x}"):
        svg = set_formula(tex, is_display=True, size=16).svg
        assert "href" not in svg
        assert "example.com" not in svg
        assert set(re.findall(r"(?:fill|stroke)=\"([^\"]*)\"", svg)) <= {"black", "none"}
