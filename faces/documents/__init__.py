"""Papers as PDF: one builder per paper.

Each module holds a frozen dataclass of plain values and a ``build`` that returns PDF bytes; README.md lists them.
Builders read no model, no clock and no request: the same facts always give the same bytes.
"""
