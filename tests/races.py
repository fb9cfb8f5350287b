"""Calls made at once from several threads, each with its own connection: for tests on PostgreSQL."""

import threading

from django.db import connections

WORKERS = 8


def at_once(calls):
    """Make the calls from WORKERS threads that begin together; return what was raised."""
    raised, waiting, gate = [], list(calls), threading.Barrier(WORKERS)

    def work():
        gate.wait()
        try:
            while True:
                try:
                    call = waiting.pop()
                except IndexError:
                    return
                try:
                    call()
                except Exception as error:  # noqa: BLE001 - whatever escapes is what such a test is about
                    raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _worker in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised
