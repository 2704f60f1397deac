"""The same graph in the same bytes: names and order of what is inside depend on what it computes alone.

The converter names and orders nodes by how sets happen to be laid out in this process, so that the same network gives
another file in the next one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def canonical(graph: Any) -> None:
    """Name and order all that is inside an ONNX graph by its way from the outputs; inputs and outputs keep theirs.

    Args:
        graph: a `GraphProto`; changed in place. What no output needs is left out.
    """
    _Canon("", {}).apply(graph)


class _Canon:
    """New names for one graph; graphs within its nodes see them too."""

    def __init__(self, prefix: str, outer: Mapping[str, str]) -> None:
        self._prefix = prefix
        self._names: dict[str, str] = dict(outer)
        self._count = 0

    def apply(self, graph: Any) -> None:
        _settle_twins(graph)
        ends = [one.name for one in [*graph.input, *graph.output]]
        if self._prefix:  # of a graph within a node nobody outside sees the ends: they are told by their place
            for name in ends:
                self._new(name)
        else:
            self._names |= {name: name for name in ends}
        nodes, constants = self._ordered(graph)
        for node in nodes:
            self._rename_node(node)
        for constant in constants:
            constant.name = self._names[constant.name]
        for one in [*graph.input, *graph.output]:
            one.name = self._names[one.name]
            _forget_sizes(one)
        graph.name = self._prefix or "sextet"
        for items, wanted in ((graph.node, nodes), (graph.initializer, constants)):
            kept = [type(item).FromString(item.SerializeToString(deterministic=True)) for item in wanted]
            del items[:]
            items.extend(kept)
        del graph.value_info[:]
        graph.doc_string = ""

    def _ordered(self, graph: Any) -> tuple[list[Any], list[Any]]:
        """Nodes so that each comes after what it needs, and constants, both by their way from the outputs."""
        makers = {name: node for node in graph.node for name in node.output if name}
        given = {one.name: one for one in graph.initializer}
        nodes: list[Any] = []
        constants: list[Any] = []
        seen: set[str] = set()
        todo = [(one.name, False) for one in reversed(graph.output)]
        while todo:
            name, ready = todo.pop()
            if ready:
                nodes.append(makers[name])
                for output in makers[name].output:
                    if output:
                        self._new(output)
            elif name in seen:
                continue
            elif name in given:
                seen.add(name)
                constants.append(given[name])
                self._new(name)
            elif name in makers:
                seen |= {output for output in makers[name].output if output}
                todo.append((name, True))
                todo += [(one, False) for one in reversed(_needs(makers[name]))]
        return nodes, constants

    def _rename_node(self, node: Any) -> None:
        node.name = f"{self._prefix}{node.op_type}:{self._names[next(name for name in node.output if name)]}"
        for names in (node.input, node.output):
            for position, name in enumerate(names):
                if name:
                    names[position] = self._names.get(name, name)
        for field in ("doc_string", "domain"):  # empty and not there are two things in a file
            if not getattr(node, field):
                node.ClearField(field)
        node.attribute.sort(key=lambda one: one.name)
        for attribute in node.attribute:
            if attribute.HasField("g"):
                _Canon(f"{node.name}/", self._names).apply(attribute.g)

    def _new(self, name: str) -> None:
        if self._prefix or name not in self._names:
            self._names[name] = f"{self._prefix}{self._count}"
            self._count += 1


def _settle_twins(graph: Any) -> None:
    """Where two outputs are one value, of which one is a copy, let the copy be the later one; which is it is chance."""
    makers = {name: node for node in graph.node for name in node.output if name}
    for place, first in enumerate(graph.output):
        maker = makers.get(first.name)
        for second in graph.output[place + 1 :]:
            if maker is not None and maker.op_type == "Identity" and list(maker.input) == [second.name]:
                first.name, second.name = second.name, first.name
                break


def _forget_sizes(value: Any) -> None:
    """Leave sizes that are not known without the name that the converter counted up for them."""
    for size in value.type.tensor_type.shape.dim:
        if size.dim_param.startswith("unk__"):
            size.ClearField("dim_param")


def _needs(node: Any) -> list[str]:
    """What a node takes from its graph, what graphs within it take among that."""
    needs = list(node.input)
    for attribute in node.attribute:
        if attribute.HasField("g"):
            inner = attribute.g
            own = {one.name for one in [*inner.input, *inner.initializer]}
            own |= {name for part in inner.node for name in part.output}
            needs += [name for part in inner.node for name in _needs(part) if name not in own]
            needs += [one.name for one in inner.output if one.name not in own]
    return needs
