"""From the tree of an expression to closures over NumPy arrays: each part is checked, none is evaluated as Python."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sextet.core.errors import nearest
from sextet.rules.comparing import compared, contained, denied
from sextet.rules.functions import FUNCTIONS
from sextet.rules.misspelling import decimal_comma
from sextet.rules.parts import Part, Refused, always, condition, constant, number, unknown
from sextet.rules.scene import Scene
from sextet.rules.truth import Truth
from sextet.rules.vocabulary import CONSTANTS, NAMES, USAGE, WORDS


@dataclass(frozen=True, kw_only=True)
class Uses:
    """What an expression needs to be read.

    Attributes:
        needs: of `vocabulary.CLOCK`, `TIME_OF_DAY`, `FORECAST` and `HISTORY`.
        reach: rows of history before the cutoff.
        rows: rows that statistics go through, window by window.
        covariates, static: names of columns.
        names: the words in it.
    """

    needs: frozenset[str] = frozenset()
    reach: int = 0
    rows: int = 0
    covariates: frozenset[str] = frozenset()
    static: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    def __or__(self, other: Uses) -> Uses:
        """Return what both need."""
        return Uses(
            needs=self.needs | other.needs,
            reach=max(self.reach, other.reach),
            rows=self.rows + other.rows,
            covariates=self.covariates | other.covariates,
            static=self.static | other.static,
            names=self.names | other.names,
        )


_ARITHMETIC: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_MAY = "An expression has names, numbers, texts, + - * / // % **, comparisons, in, and, or, not, a if b else c"


class Compiler:
    """Compiles one expression.

    Attributes:
        uses: what it needs, as far as it is compiled.
        problems: what cannot be meant as it is written; where there are any, the result is not to be read.
    """

    def __init__(self) -> None:
        """Begin."""
        self.uses = Uses()
        self.problems: list[Refused] = []
        self._seen: set[ast.expr] = set()
        self._ways: Mapping[type[ast.expr], Callable[[Any], Part]] = {
            ast.Name: self._name,
            ast.Constant: self._constant,
            ast.BoolOp: self._logic,
            ast.UnaryOp: self._sign,
            ast.BinOp: self._arithmetic,
            ast.Compare: self._comparison,
            ast.IfExp: self._choice,
            ast.Call: self._call,
        }

    def part(self, node: ast.expr) -> Part:
        """Compile a node and what is below it; what cannot be meant so goes to the problems."""
        self._seen.add(node)
        way = self._ways.get(type(node))
        try:
            if comma := decimal_comma(node):
                raise Refused("a comma makes a list; write the decimals of a number after a point, as in 1.5", comma)
            if way is None:
                raise Refused(f"{_KINDS.get(type(node), 'this')} is not part of the language. {_MAY}", node)
            return way(node)
        except Refused as problem:
            self.problems.append(problem)
            if way is not None:
                self._look_below(node, problem.node)
            return unknown(node)

    def number(self, node: ast.expr) -> Part:
        """Compile a node that must be a number."""
        part = self.part(node)
        if part.kind in ("number", "unknown"):
            return part
        self.problems.append(Refused(f"expected a number, this is a {part.kind}", node))
        return unknown(node)

    def condition(self, node: ast.expr) -> Part:
        """Compile a node that must be a condition."""
        part = self.part(node)
        if part.kind in ("condition", "unknown"):
            return part
        self.problems.append(Refused(f"expected a condition, such as forecast > 100; this is a {part.kind}", node))
        return unknown(node)

    def _look_below(self, node: ast.expr, refused: ast.expr) -> None:
        """Find the problems within a node that was refused before all of it was looked at."""
        below = node.args if isinstance(node, ast.Call) else ast.iter_child_nodes(node)
        for child in below:
            if isinstance(child, ast.expr) and child not in self._seen and type(child) in self._ways:
                if child is refused:  # it is a problem already, whatever it says
                    self._seen.add(child)
                    self._look_below(child, child)
                else:
                    self.part(child)

    def note(self, **uses: Any) -> None:
        """Note what the expression needs."""
        self.uses = self.uses | Uses(**uses)

    def _name(self, node: ast.Name) -> Part:
        if node.id in CONSTANTS:
            return always(node, CONSTANTS[node.id])
        name = NAMES.get(node.id)
        if name is None:
            if node.id in USAGE:
                raise Refused(f"{node.id} is called with brackets: {USAGE[node.id]}", node)
            raise Refused(
                f"unknown name {node.id!r}{nearest(node.id, WORDS) or '.'} A covariate is written "
                f'covariate("{node.id}"); names are: {", ".join(NAMES)}',
                node,
            )
        self.note(needs=frozenset({name.needs} - {""}), names=frozenset({node.id}), reach=int(node.id == "value"))
        if name.kind == "number":
            return number(node, name.read)  # type: ignore[arg-type]
        return Part(kind=name.kind, read=name.read, node=node)

    def _constant(self, node: ast.Constant) -> Part:
        value = node.value
        if isinstance(value, bool):
            return always(node, value)
        if isinstance(value, str):
            return Part(kind="text", read=lambda scene: np.full((1, 1), np.nan), node=node, literal=value)
        if not isinstance(value, int | float):
            raise Refused(f"expected a number or a text in quotes, got {value!r}. missing(x) asks for no value", node)
        plain = float(value) if abs(value) < 1e300 else np.inf
        if not np.isfinite(plain):
            raise Refused("expected a number below 1e300", node)
        return constant(node, plain)

    def _logic(self, node: ast.BoolOp) -> Part:
        parts = [self.condition(value) for value in node.values]
        both = isinstance(node.op, ast.And)

        def read(scene: Scene) -> Truth:
            truth: Truth = parts[0].read(scene)
            for part in parts[1:]:
                truth = truth & part.read(scene) if both else truth | part.read(scene)
            return truth

        return condition(node, read)

    def _sign(self, node: ast.UnaryOp) -> Part:
        if isinstance(node.op, ast.Not):
            return condition(node, denied(self.condition(node.operand).read))
        if isinstance(node.op, ast.Invert):
            raise Refused(f"~ is not part of the language; write not. {_MAY}", node)
        part = self.number(node.operand)
        if isinstance(node.op, ast.UAdd):
            return part
        if isinstance(part.literal, float):
            return constant(node, -part.literal)
        return number(node, lambda scene: -part.read(scene))

    def _arithmetic(self, node: ast.BinOp) -> Part:
        act = _ARITHMETIC.get(type(node.op))
        if act is None:
            instead = "write ** for a power" if isinstance(node.op, ast.BitXor) else "use and, or"
            raise Refused(f"this operator is not part of the language; {instead}. {_MAY}", node)
        left, right = self.number(node.left), self.number(node.right)
        return number(node, lambda scene: act(left.read(scene), right.read(scene)))

    def _comparison(self, node: ast.Compare) -> Part:
        pairs = []
        left = node.left
        for op, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(op, ast.In | ast.NotIn):
                inside = self._contained(self.part(left), [self.part(one) for one in _listed(right)])
                pairs.append(denied(inside) if isinstance(op, ast.NotIn) else inside)
            else:
                pairs.append(self._compared(op, self.part(left), self.part(right)))
            left = right

        def read(scene: Scene) -> Truth:
            truth: Truth = pairs[0](scene)
            for pair in pairs[1:]:
                truth = truth & pair(scene)
            return truth

        return condition(node, read)

    def _compared(self, op: ast.cmpop, left: Part, right: Part) -> Callable[[Scene], Truth]:
        if "unknown" in (left.kind, right.kind):
            return unknown(left.node).read
        try:
            return compared(op, left, right)
        except Refused as problem:
            self.problems.append(problem)
            return unknown(left.node).read

    def _contained(self, part: Part, options: list[Part]) -> Callable[[Scene], Truth]:
        whole = True
        for option in options:
            try:
                contained(part, [option])
            except Refused as problem:
                self.problems.append(problem)
                whole = False
        return contained(part, options) if whole else unknown(part.node).read

    def _choice(self, node: ast.IfExp) -> Part:
        asked, then, other = self.condition(node.test), self.number(node.body), self.number(node.orelse)

        def read(scene: Scene) -> Any:
            truth = asked.read(scene)
            return np.where(truth.yes, then.read(scene), np.where(truth.no, other.read(scene), np.nan))

        return number(node, read)

    def _call(self, node: ast.Call) -> Part:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in FUNCTIONS:
            if name in NAMES:
                raise Refused(f"{name} stands without brackets", node)
            raise Refused(
                f"unknown function {ast.unparse(node.func)[:40]!r}{nearest(name, FUNCTIONS) or '.'} Functions are: "
                f"{', '.join(FUNCTIONS)}",
                node,
            )
        if node.keywords:
            raise Refused(f"{name} takes no names before its values: {USAGE[name]}", node)
        self.note(names=frozenset({name}))
        return replace(FUNCTIONS[name](self, node), node=node)


def _listed(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.List | ast.Tuple | ast.Set) and node.elts:
        return node.elts
    raise Refused('after in, expected a list such as ["sat", "sun"]', node)


_KINDS: Mapping[type[ast.expr], str] = {
    ast.List: "a list, other than after in,",
    ast.Tuple: "a list, other than after in,",
    ast.Set: "a list, other than after in,",
    ast.Attribute: "a dot after a name",
    ast.Subscript: "a bracket [ ] after a name",
    ast.Lambda: "lambda",
    ast.JoinedStr: "an f-text",
    ast.NamedExpr: ":=",
}
