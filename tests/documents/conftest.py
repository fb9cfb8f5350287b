"""Read papers back the way a stranger's program would."""

from collections.abc import Callable
from io import BytesIO
from re import sub

import pytest
from pypdf import PdfReader


def flat(text: str) -> str:
    """Return the text without white space, since where a line breaks is no fact."""
    return sub(r"\s+", "", text)


@pytest.fixture
def words() -> Callable[[bytes], str]:
    """Return the function that extracts a paper's words, white space removed."""

    def extract(paper: bytes) -> str:
        return flat("\n".join(page.extract_text() for page in PdfReader(BytesIO(paper)).pages))

    return extract
