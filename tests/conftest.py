"""What every test stands on."""

import contextlib
import gc
import itertools
import os
import shutil
import socket
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import hypothesis
import pytest

# A busy machine is no fault of a property; how many examples are tried stays what each test says.
hypothesis.settings.register_profile(
    "gongping", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("gongping")
ROOT = Path(__file__).parents[1]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
IN_CI = os.environ.get("GONGPING_CI") == "1"
DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup", "demo_site"}
_numbers = itertools.count()


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in the same hook
def pytest_collection_modifyitems(config, items):
    """Browser tests share one worker and one browser; what cannot run here says why, and fails in CI."""
    from django.db import connection

    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.xdist_group("browser"))
            if CHROMIUM is None and not IN_CI:
                item.add_marker(pytest.mark.skip(reason="needs Chromium: apt-get install chromium"))
        if item.get_closest_marker("postgresql") and connection.vendor != "postgresql":
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: DATABASE_URL=postgresql://…"))
        if DATABASE_FIXTURES.isdisjoint(item.fixturenames) and not item.get_closest_marker("django_db"):
            item.add_marker("anywhere")


def pytest_collection_finish(session):
    """Spare the collector what stays until the end: modules, models, thousands of tests."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def chromium():
    """Start the one browser of this run."""
    if CHROMIUM is None:
        pytest.fail("Chromium is missing")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium):
    """Give a function that opens a page of its own session: ``open_page(width=390)``."""
    contexts = []

    def open_(*, width=1366, height=768, **options):
        context = chromium.new_context(
            reduced_motion="reduce",  # axe would measure a seat that is still fading in
            viewport={"width": width, "height": height},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            **options,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        return context.new_page()

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def demo_site(tmp_path_factory):
    """Serve the demonstration year as bin/run does, on a database of its own; give its address."""
    var = tmp_path_factory.mktemp("demo-var")
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{var / 'demo.sqlite3'}"
    from faces.exchange.demo.opening import CLOCK_DAY

    with own_database(url) as database, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        address = f"http://127.0.0.1:{port}"
        environ = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings.dev",
            "DATABASE_URL": database,
            "GONGPING_VAR": str(var),
            "GONGPING_PUBLIC_URL": address,
            "GONGPING_DEMO_DAY": CLOCK_DAY.isoformat(),
        }
        for words in (["migrate", "-v0"], ["load_demo"]):
            subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=environ, check=True)
        free.close()
        words = [
            "-m",
            "gunicorn",
            "config.wsgi",
            "--bind",
            f"127.0.0.1:{port}",
            "--threads",
            "4",
            "--log-level",
            "warning",
        ]
        server = subprocess.Popen([sys.executable, *words, "--worker-class", "gthread"], cwd=ROOT, env=environ)
        try:
            _wait_for(f"{address}/healthz", server)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=30)


@contextlib.contextmanager
def own_database(url):
    """Make a database beside the one at ``url`` and give its address; a file is its own."""
    if not url.startswith("postgres"):
        yield url
        return
    import psycopg

    server, _slash, _name = url.rpartition("/")
    name = f"gongping_own_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        try:
            yield f"{server}/{name}"
        finally:
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _wait_for(url, server):
    for _try in range(300):
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                assert answer.status == 200
                return
        except OSError:
            assert server.poll() is None, "the server ended"
            threading.Event().wait(0.1)
    pytest.fail(f"{url} does not answer")


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path_factory):
    """Keep stored files of a test out of the working tree."""
    settings.MEDIA_ROOT = Path(tmp_path_factory.getbasetemp()) / "files"
