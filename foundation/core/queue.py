"""Background jobs by dotted name, so that a service need not import its job."""

from collections.abc import Callable
from typing import Any

from django.utils.module_loading import import_string
from django_tasks import task


@task()
def run(name: str, arguments: dict[str, Any]) -> None:
    """Import and call the job ``name`` with plain values."""
    job: Callable[..., None] = import_string(name)
    job(**arguments)


def enqueue(name: str, **arguments: Any) -> None:  # noqa: ANN401 - plain JSON values
    """Put the job ``name`` (dotted path) on the queue, in the caller's transaction."""
    run.enqueue(name, arguments)
