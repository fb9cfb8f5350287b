"""The three-level specialty tree: 领域 / 行业 / 专业, one row per 专业."""

from collections.abc import Iterable, Sequence
from typing import Final

from django.utils.translation import gettext_lazy as _

from faces.exchange import cells
from faces.exchange.faults import Fault
from faces.exchange.importing import Noun, Part, Setting, Written, register, repeated
from faces.exchange.tables import Column, Layout, Record
from faces.exchange.traces import Touched
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from foundation.taxonomy.services import NodeDraft, add_nodes

TREE: Final = Layout(
    "专业分类",
    (
        Column("field_code", "领域代码", cells.code(20)),
        Column("field", "领域", cells.text(60)),
        Column("industry_code", "行业代码", cells.code(20)),
        Column("industry", "行业", cells.text(60)),
        Column("code", "专业代码", cells.code(20)),
        Column("name", "专业", cells.text(60)),
    ),
)


def write(rows: Sequence[Record], setting: Setting) -> Written:
    """Add or rename the nodes, parents before children."""
    drafts: dict[str, NodeDraft] = {}
    for row in rows:
        drafts.setdefault(row["field_code"], NodeDraft(row["field_code"], row["field"]))
    for row in rows:
        drafts.setdefault(
            row["industry_code"], NodeDraft(row["industry_code"], row["industry"], parent_code=row["field_code"])
        )
    for row in rows:
        drafts[row["code"]] = NodeDraft(row["code"], row["name"], parent_code=row["industry_code"])
    nodes = Node.objects.filter(bureau=setting.bureau, tree=TreeKind.SPECIALTY)
    before = set(nodes.values_list("code", flat=True))
    add_nodes(bureau=setting.bureau, tree=TreeKind.SPECIALTY, drafts=drafts.values(), by=setting.by, on=setting.on)
    return Written(created=len(set(drafts) - before), updated=len(set(drafts) & before))


def check(rows: Sequence[Record], _setting: Setting) -> Iterable[Fault]:
    """Return faults: a specialty twice."""
    return repeated(rows, "code")


def touched(_rows: Sequence[Record], setting: Setting) -> list[Touched]:
    """Return the tree."""
    nodes = Node.objects.filter(bureau=setting.bureau, tree=TreeKind.SPECIALTY)
    return [Touched(nodes, "code", {"name": "名称"})]


NOUN: Final = register(Noun("specialties", _("specialty tree"), (Part(TREE, write, check, touched),)))
