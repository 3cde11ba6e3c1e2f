"""Formulas become Unicode where that is the same mathematics, and stay as typed elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare_tui.render.markdown import MarkdownFlow
from compare_tui.render.mathematics import draw_formula
from compare_tui.render.palette import plain
from tests.render.feeding import plain_text

TRUE_FORMS = {
    r"x^{2}": "x²",
    r"\frac{a+b}{c}": "(a+b)/c",
    r"\frac12": "1/2",
    r"\frac{1}{2}x": "(1/2)x",
    r"2\frac{a}{b}": "2(a/b)",
    r"\frac{1}{2} \cdot 3": "(1/2) · 3",
    r"1/\frac{a}{b}": "1/(a/b)",
    r"\frac{\frac{a}{b}}{c}": "(a/b)/c",
    r"\frac{a}{b}^2": "(a/b)²",
    r"\left( \frac{a}{b} \right)^2": "(a/b)²",
    r"\frac{ab}{cd}": "ab/(cd)",
    r"\frac{(a+b)(c+d)}{2}": "(a+b)(c+d)/2",
    r"\frac{(a+b)}{(c+d)}": "(a+b)/(c+d)",
    r"\frac{dy}{dx}": "dy/dx",
    r"\frac{\partial f}{\partial x}": "∂f/∂x",
    r"\frac{\sin x}{2}": "(sin x)/2",
    r"\frac{-x}{2}": "-x/2",
    r"x = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}": "x = (-b ± √(b² - 4ac))/(2a)",
    r"\sqrt{2}": "√2",
    r"\sqrt{2}x": "√(2)x",
    r"\sqrt{x+1}": "√(x+1)",
    r"\sqrt[3]{x}": "∛x",
    r"\sqrt[n]{x}": "ⁿ√x",
    r"\sqrt{x}^2": "(√x)²",
    r"e^{i\pi} + 1 = 0": "e^(iπ) + 1 = 0",
    r"e^{-x^2/2}": "e^(-x²/2)",
    r"x^\alpha": "x^α",
    r"x_{t+1}": "xₜ₊₁",
    r"x_i^2": "xᵢ²",
    r"W_Q": "W_Q",
    r"L_{CE}": "L_{CE}",
    r"H_2O": "H₂O",
    r"10^{-3}": "10⁻³",
    r"90^\circ": "90°",
    r"f'(x) + f''(x)": "f′(x) + f″(x)",
    r"\sum_{i=1}^{n} x_i": "∑ᵢ₌₁ⁿ xᵢ",
    r"\sum_{i \in S} x": "∑_{i∈S} x",
    r"\int_0^1 f(x)\,dx": "∫₀¹ f(x) dx",
    r"\lim_{x \to 0} f(x)": "lim_{x→0} f(x)",
    r"O(n \log n)": "O(n log n)",
    r"\sin^2\theta": "sin² θ",
    r"\log_2 n": "log₂ n",
    r"a \leq b \neq c": "a ≤ b ≠ c",
    r"a \sqcup b = b \sqcup a": "a ⊔ b = b ⊔ a",
    r"\frac{a \sqcup b}{c}": "(a ⊔ b)/c",
    r"\frac{a⊔b}{c}": "(a⊔b)/c",
    r"x \leqslant y \prec z": "x ⩽ y ≺ z",
    r"A \rightleftharpoons B": "A ⇌ B",
    r"\top \sqsubseteq \bot": "⊤ ⊑ ⊥",
    r"x \not= y": "x ≠ y",
    r"x\to0": "x→0",
    r"2\pi r": "2πr",
    r"\mathbb{R}^n": "ℝⁿ",
    r"\mathbf{x}^T": "𝐱ᵀ",
    r"\hat{y}": "ŷ",
    r"\vec{v}": "v⃗",
    r"\overline{AB}": "A̅B̅",
    r"\binom{n}{k}": "C(n, k)",
    r"a \equiv b \pmod{n}": "a ≡ b (mod n)",
    r"\text{if } x > 0": "if x > 0",
    r"5 \text{ km}": "5 km",
    r"\boxed{42}": "42",
    r"50\%": "50%",
    r"\{1, 2\}": "{1, 2}",
    r"\lfloor x \rfloor": "⌊x⌋",
    r"\begin{aligned} a &= b \\ c &= d \end{aligned}": "a = b\nc = d",
}
AS_TYPED = [
    r"\unknown{x}",
    r"\frac{a}",
    r"{a+b}^2",
    r"a^b^c",
    r"x^",
    r"x^{2",
    r"\begin{pmatrix} a & b \end{pmatrix}",
    r"\underbrace{a}_{b}",
    r"\widehat{xyz}",
    r"% comment",
    r"a & b",
    r"",
    r"\sqrt[\pi]{x}",
]


@pytest.mark.parametrize(("latex", "drawn"), TRUE_FORMS.items())
def test_a_formula_is_drawn_as_the_same_mathematics(latex: str, drawn: str) -> None:
    assert draw_formula(latex) == drawn


@pytest.mark.parametrize("latex", AS_TYPED)
def test_what_has_no_true_form_is_not_drawn(latex: str) -> None:
    assert draw_formula(latex) is None


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *r"ab12+-=/()[]{}^_ &%~'\!",
                r"\frac",
                r"\sqrt",
                r"\left",
                r"\right.",
                r"\sum",
                r"\alpha",
                r"\text{a b}",
                "{x}",
            ]
        ),
        max_size=20,
    ).map("".join)
)
def test_no_formula_whatever_raises_or_keeps_a_backslash(latex: str) -> None:
    drawn = draw_formula(latex)
    assert drawn is None or ("\\" not in drawn and drawn)


def drawn_line(text: str) -> str:
    flow = MarkdownFlow(plain(), 200)
    flow.append(text)
    flow.finish()
    return plain_text(flow)


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("so $x^2$ is", "so x² is"),
        (r"so \(x^2\) is", "so x² is"),
        ("so $$x^2$$ is", "so x² is"),
        (r"so \[x^2\] is", "so x² is"),
        ("$$\nx^2\n$$", "x²"),
        ("\\[\nx^2\n- y\n\\]", "x² - y"),
        ("> $$\n> x^2\n> $$", "▌ x²"),
        (r"$\unknown{x}$ stays", r"$\unknown{x}$ stays"),
        ("$$\n\\unknown\n$$", "$$\n\\unknown\n$$"),
        ("`$x^2$` is code", "$x^2$ is code"),
        ("it costs $5 and $6", "it costs $5 and $6"),
        ("from $5 to $10 or 5$ more", "from $5 to $10 or 5$ more"),
        ("$5-$6 a month", "$5-$6 a month"),
        ("US$5 or AU$6", "US$5 or AU$6"),
        ("$20 per seat and 30$ off", "$20 per seat and 30$ off"),
        (r"\$x^2\$ is escaped", "$x^2$ is escaped"),
        ("a $ b $ c", "a $ b $ c"),
        ("an open $x^2", "an open $x^2"),
        ("| $x^2$ |\n|---|\n| $\\pi$ |", "x²\n──\nπ"),
    ],
)
def test_formulas_are_found_in_text_and_prices_are_not(text: str, drawn: str) -> None:
    assert drawn_line(text) == drawn


def test_a_formula_is_drawn_as_soon_as_it_closes() -> None:
    flow = MarkdownFlow(plain(), 80)
    flow.append("area $\\pi r^2")
    assert plain_text(flow) == "area $\\pi r^2"
    flow.append("$")
    assert plain_text(flow) == "area πr²"
    flow.append("\n\n$$\nx^2\n")
    assert plain_text(flow) == "area πr²\n\n$$\nx^2"
    flow.append("$$\n")
    assert plain_text(flow) == "area πr²\n\nx²"
