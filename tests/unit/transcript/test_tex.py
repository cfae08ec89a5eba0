"""TeX as models write it, and what the setter is given."""

import pytest

from seproj_desktop.window.transcript.workshop.tex import MAX_DEPTH, prepare
from seproj_desktop.window.transcript.workshop.tex_commands import UnsettableError

THIN = "\u2009"


@pytest.mark.parametrize(
    ("written", "prepared"),
    [
        ("  x + y ", "x + y"),
        ("x\\", "x\\ "),
        ("x % a remark\n+ y", "x \n+ y"),
        ("50%", r"50\%"),
        (r"50\%", r"50\%"),
        # Environments
        (r"\begin{align*} a &= b \end{align*}", r"\begin{align*} a &= b \end{align*}"),
        (r"\begin{aligned}[t] a &= b \end{aligned}", r"\begin{align*} a &= b \end{align*}"),
        (r"\begin{alignat}{2} a &= b \end{alignat}", r"\begin{align*} a &= b \end{align*}"),
        (r"\begin{gathered} a \\ b \end{gathered}", r"\begin{displaylines} a \\ b \end{displaylines}"),
        (r"\begin{dcases} a \end{dcases}", r"\begin{cases} a \end{cases}"),
        (r"\begin{rcases} a \end{rcases}", r"\left.\begin{array}{ll} a \end{array}\right\}"),
        (r"\begin{array}{|c|@{}r p{2cm}|} a \end{array}", r"\begin{array}{crl} a \end{array}"),
        (r"\begin{equation} E \end{equation}", "  E  "),
        (r"a &= b \\ &= c", r"\begin{align*}a &= b \\ &= c\end{align*}"),
        (r"a \\[4pt] b", r"a \\  b"),
        # Names
        (r"\R^n", r"\mathbb{R}^n"),
        (r"\lVert x \rVert", r"\| x \|"),
        (r"\argmax_x", rf"\operatorname*{{arg{THIN}max}}_x"),
        (r"\operatorname{Var}(X)", r"\operatorname{Var}(X)"),
        (r"\operatorname*{arg\,min}_x", rf"\operatorname*{{arg{THIN}min}}_x"),
        (r"\operatorname{F1}", r"\mathrm {F1}"),
        (r"\mathop{\mathrm{argmin}}\limits_x", r"\operatorname*{argmin}_x"),
        (r"\Tr A", r"\operatorname{Tr} A"),
        (r"\boldsymbol{\theta}", r"\bm {\theta}"),
        (r"\boldsymbol\theta", r"\bm \theta"),
        (r"\mathrm{d}x", r"\mathrm {d}x"),
        (r"\mathsf T", r"\mathsf{T}"),
        (r"\mathbb{1}", "\U0001d7d9"),
        (r"\not= \not<", r"\neq  \nless "),
        (r"\nonumber x \label{eq:1}", " x "),
        ("1,000,000", "1{,}000{,}000"),
        ("f(1, 200), 1,2", "f(1, 200), 1,2"),
        # Commands with arguments
        (r"\color{red}{x} \textcolor{blue}{y}", "{x} {y}"),
        (r"\tag{1}", r"\qquad\text{(1)}"),
        (r"\abs{\norm{x}}", r"\left|\left\|x\right\|\right|"),
        (r"\xrightarrow{k}", r"\overset{k}{\longrightarrow} "),
        (r"\xrightarrow[a]{}", r"\underset{a}{\longrightarrow}"),
        (r"\left< x \right>", r"\left\langle  x \right\rangle "),
        # Text
        (r"\text{if } x", r"\text{if } x"),
        (r"\text{where $x > \R$ and}", r"{\text{where }x > \mathbb{R}\text{ and}}"),
        (r"\text{a \textbf{b}}", r"{\text{a }\textbf{b}}"),
        (r"\text{100\% of a\_b}", r"\text{100% of a_b}"),
        (r"\text{a \{b\}}", r"{\text{a }\{\text{b}\}}"),
        (r"\text{``x'' - y}", r"\text{“x” ‐ y}"),
        (r"\mbox{a~b}", "\\text{a\u00a0b}"),
    ],
)
def test_it_is_rewritten(written: str, prepared: str) -> None:
    assert prepare(written) == prepared


@pytest.mark.parametrize(
    "written",
    [
        r"\frac{1}{2",
        "a}",
        r"\text{a",
        r"\text",
        r"\begin{tikzpicture} \end{tikzpicture}",
        r"\newcommand{\a}{b} \a",
        r"\def\a{\a\a}\a",
        r"\text{a $ b}",
        r"\text{\unknown}",
        "{" * (MAX_DEPTH + 1) + "}" * (MAX_DEPTH + 1),
        r"\frac{" * 10_000,
    ],
)
def test_it_is_refused(written: str) -> None:
    with pytest.raises(UnsettableError):
        prepare(written)


def test_what_is_known_stays_as_it_is() -> None:
    for tex in (r"\frac{a}{b}", r"\sum_{i=1}^{n} i", r"\left( \frac12 \right)^2", r"\sqrt[3]{x}", r"\{ x \mid y \}"):
        assert prepare(tex) == tex
