"""The paper of a batch says what its proof leaves open, what its floor promises and what the draw came to."""

import json

import pytest

from assignments.services import batches
from faces.documents.batches import batch_record
from tests.factories.assigned import TODAY, batch_office, drawn, prepared

pytestmark = pytest.mark.django_db
M = 10**9


def paper(batch):
    return batch_record(batch, titles=["甲", "乙"], verify_url="https://example.test/")


def test_floor_stands_on_the_paper_with_the_worst_re_review_of_this_draw(words):
    desk = batch_office()
    row = prepared(desk)
    batches.choose_floor(batch=row, evens_out=True, by=desk.clerk, on=TODAY)

    row = drawn(desk, row)

    found, floor = words(paper(row)), json.loads(row.freeze_text)["certificate"]["floor_units"]
    assert f"各席合计的期望值为{floor / M:.3f}；" in found
    assert f"抽定时匹配度最低的一项复评，各席合计为{row.record['draw']['min_task'] / 1_000_000:.3f}。" in found


def test_gap_that_a_proof_leaves_stands_on_the_paper_and_nothing_where_it_leaves_none(words):
    desk = batch_office()
    row = drawn(desk, prepared(desk))
    found = words(paper(row))
    assert not any(said in found for said in ("留有差距", "下限", "本次抽取"))
    freeze = json.loads(row.freeze_text)
    bound = freeze["totals"]["expected_units"] + 5 * M
    certificate = {"kind": "program", "bound_units": bound, "floor_units": M, "floor_bound_units": 2 * M}

    row.freeze_text = json.dumps(freeze | {"status": "feasible", "certificate": certificate})

    found = words(paper(row))
    assert "附对偶价格，与上界之差如下" in found
    assert "总匹配度最多还可高出5.000" in found
    assert "下限的证明也留有差距：最多还可高出1.000。" in found
