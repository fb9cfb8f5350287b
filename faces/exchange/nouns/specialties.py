"""The three-level specialty tree: 领域 / 行业 / 专业, one row per 专业 (or per branch that ends above)."""

from collections.abc import Iterable, Sequence
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from faces.exchange import cells
from faces.exchange.faults import Fault
from faces.exchange.importing import Noun, Part, Setting, Written, register, repeated
from faces.exchange.tables import Column, Layout, Record
from faces.exchange.traces import Touched
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import FormerNode, Node
from foundation.taxonomy.services import NodeDraft, add_nodes


def _columns(*, required: bool) -> tuple[Column, ...]:
    """Return the columns; in a whole tree a branch may end on the first or second level."""
    default = None if required else ""
    return (
        Column("field_code", "领域代码", cells.code(20)),
        Column("field", "领域", cells.text(60)),
        Column("industry_code", "行业代码", cells.code(20), required=required, default=default),
        Column("industry", "行业", cells.text(60), required=required, default=default),
        Column("code", "专业代码", cells.code(20), required=required, default=default),
        Column("name", "专业", cells.text(60), required=required, default=default),
    )


TREE: Final = Layout("专业分类", _columns(required=True))
WHOLE_TREE: Final = Layout("专业分类", _columns(required=False))
LEVELS: Final = (("field_code", "field"), ("industry_code", "industry"), ("code", "name"))


def drafts_of(rows: Sequence[Record]) -> dict[str, NodeDraft]:
    """Return the nodes that the rows name, by code, parents before children."""
    drafts: dict[str, NodeDraft] = {}
    above = ""
    for level, (code, name) in enumerate(LEVELS):
        for row in rows:
            if row[code]:
                above = row[LEVELS[level - 1][0]] if level else ""
                drafts.setdefault(row[code], NodeDraft(row[code], row[name], parent_code=above))
    return drafts


def _write(rows: Sequence[Record], setting: Setting, *, ends_missing: bool) -> Written:
    drafts = drafts_of(rows)
    nodes = Node.objects.filter(bureau=setting.bureau, tree=TreeKind.SPECIALTY)
    before = set(nodes.values_list("code", flat=True))
    add_nodes(
        bureau=setting.bureau,
        tree=TreeKind.SPECIALTY,
        drafts=drafts.values(),
        by=setting.by,
        on=setting.on,
        ends_missing=ends_missing,
    )
    return Written(created=len(set(drafts) - before), updated=len(set(drafts) & before))


def write(rows: Sequence[Record], setting: Setting) -> Written:
    """Add, rename or move the nodes, parents before children; what the file does not name stays."""
    return _write(rows, setting, ends_missing=False)


def write_whole(rows: Sequence[Record], setting: Setting) -> Written:
    """Make the tree what the file says: what it does not name ends, and stays on record."""
    return _write(rows, setting, ends_missing=True)


def check(rows: Sequence[Record], setting: Setting) -> Iterable[Fault]:
    """Yield faults: a specialty twice, a code for two things, a level left out, a code that was merged into another."""
    yield from repeated([row for row in rows if row["code"]], "code")
    known = Node.objects.filter(bureau=setting.bureau, tree=TreeKind.SPECIALTY).select_related("successor")
    there = {node.code: node for node in known}
    said: dict[str, tuple[int, str, str]] = {}
    for row in rows:
        above = ""
        for level, (code, name) in enumerate(LEVELS, 1):
            if bool(row[code]) != bool(row[name]) or (row[code] and level > 1 and not above):
                yield row.fault(code, _("Fill code and name, and the level above."), "level_missing")
                break
            if not row[code]:
                above = ""
                continue
            meaning = (level, row[name], above)
            if said.setdefault(row[code], meaning) != meaning:
                yield row.fault(code, _("This code means something else in a row before."), "code_differs")
            node = there.get(row[code])
            if node is not None and node.successor is not None:
                words = _("This one was merged into %(name)s (%(code)s); write that code, or revive it first.")
                facts = {"name": node.successor.name, "code": node.successor.code}
                yield row.fault(code, words % facts, "node_merged")
            above = row[code]


def touched(_rows: Sequence[Record], setting: Setting) -> list[Touched]:
    """Return the tree and its past."""
    nodes = Node.objects.filter(bureau=setting.bureau, tree=TreeKind.SPECIALTY)
    words = {"name": "名称", "path": "位置", "retired_on": "停用日期"}
    return [Touched(nodes, "code", words), Touched(FormerNode.objects.filter(node__in=nodes))]


NOUN: Final = register(Noun("specialties", gettext_lazy("specialty tree"), (Part(TREE, write, check, touched),)))
WHOLE: Final = register(
    Noun(
        "specialties-whole",
        gettext_lazy("specialty tree, whole: what the file leaves out ends"),
        (Part(WHOLE_TREE, write_whole, check, touched),),
    )
)
