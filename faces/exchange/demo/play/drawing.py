"""Draws of the story, by the real protocol. The demonstration plays both parties, so it alone holds both nonces."""

import secrets
from datetime import date

from assignments.draw import commitment
from assignments.models import Draw
from assignments.services.draws import commit, freeze, note_receipt, preview, reveal
from faces.exchange.demo.play.stage import Stage, moment

RECEIPT = "抽取封条由机关纪委郑守仁带离机房"


class Drawing:
    """From the configured draw to the drawn one."""

    def __init__(self, stage: Stage) -> None:
        """Know the stage."""
        self.stage = stage

    def play(self, draw: Draw, on: date) -> Draw:
        """Preview, freeze, hand the slip out, commit, reveal: operator first, then the witness, who draws."""
        parties = (("operator", self.stage.users["clerk"]), ("witness", self.stage.users["supervisor"]))
        operator = parties[0][1]
        preview(draw=draw, by=operator, on=on)
        draw = freeze(draw=draw, by=operator, at=moment(on, 9, 30), ratio_confirmed=True)
        note_receipt(draw=draw, words=RECEIPT, by=parties[1][1], at=moment(on, 9, 35))
        nonces = {role: secrets.token_hex(32) for role, _user in parties}
        for minute, (role, user) in enumerate(parties, start=40):
            sealed = commitment(draw.commitment, role, nonces[role])
            draw = commit(draw=draw, commitment=sealed, by=user, at=moment(on, 9, minute))
        for minute, (role, user) in enumerate(parties, start=45):
            draw = reveal(draw=draw, nonce=nonces[role], by=user, at=moment(on, 9, minute))
        return Draw.objects.get(pk=draw.pk)
