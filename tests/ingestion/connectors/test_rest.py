"""A service that misbehaves on purpose is read whole all the same, once, and with patience."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from ingestion.connectors import paging, web
from ingestion.connectors.offer import staging
from ingestion.connectors.paging import request
from ingestion.connectors.spec import HeaderSpec, OAuth2Spec, RestSpec
from lake.errors import ConfigError, ContractError, SourceError, TieoutError
from tests.ingestion.conftest import CONSERVED, Drop
from tests.servers.web import Asked, Reply, Web
from tieout import settings

SECRET = "hunter2-client"  # noqa: S105 - of a service that lives as long as a test
ADAPTER = """
system: crm
sources:
  clients:
    format: json
    records: "data.items[]"
    request: {{path: /v1/clients, {0}}}
entities:
  customer:
    from: clients
    columns: {{customer_id: id, name: name, updated_at: changed}}
"""
PAGED = "pages: {by: page, parameter: page, next: data.more}"


def client(number: int) -> dict[str, object]:
    return {"id": number, "name": f"Client {number}", "changed": f"2026-03-{number:02d}T10:00:00Z"}


def page(numbers: range, more: object = None) -> Reply:
    return Reply(value={"data": {"items": [client(n) for n in numbers], "more": more}})


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the connector wanted to wait; it need not."""
    waited: list[float] = []
    monkeypatch.setattr(web, "pause", waited.append)
    return waited


@pytest.fixture
def service(web_server: Web, monkeypatch: pytest.MonkeyPatch, waits: list[float]) -> Iterator[Web]:
    assert waits == []
    monkeypatch.setenv("CLIENT_SECRET", SECRET)
    web_server.asked.clear()
    yield web_server
    web_server.answer = lambda _asked: Reply(404)


def spec(service: Web, **said: Any) -> RestSpec:
    return RestSpec(kind="rest", base_url=service.address, ca_file=service.ca_file, **said)


def feed_of(drop: Drop, service: Web, tmp_path: Path, how: str = PAGED, **said: Any) -> Drop:
    file = tmp_path / "crm.yml"
    file.write_text(ADAPTER.format(how), encoding="utf-8")
    drop.options = {"path": "", "system": str(file), "connection": spec(service, **said)}
    return drop


def in_turn(*replies: Reply) -> Callable[[Asked], Reply]:
    left = list(replies)
    return lambda _asked: left.pop(0)


def landed(drop: Drop) -> list[str]:
    return [r[0] for r in drop.rows("select customer_id from lake.customer order by customer_id::int")]


def test_every_page_lands_through_a_service_that_misbehaves(
    drop: Drop, service: Web, tmp_path: Path, waits: list[float]
) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    service.answer = in_turn(
        Reply(429, {}, {"retry-after": "7"}),
        page(range(1, 3), more=2),
        Reply(503, {}),
        Reply(200, page(range(3, 5)).value, cut=20),
        Reply(200, b"<html>all is well</html>"),
        Reply(429, {}, {"retry-after": soon}),
        page(range(3, 5), more=3),
        Reply(500, {}),
        page(range(5, 6)),
    )
    feed_of(drop, service, tmp_path)
    drop.ingest()
    assert landed(drop) == ["1", "2", "3", "4", "5"]
    assert drop.rows(CONSERVED) == [(0,)]
    assert [a.parameters["page"] for a in service.asked] == ["1", "1", "2", "2", "2", "2", "2", "3", "3"]
    # What the service asks for is kept; else each wait is longer, with some chance in it.
    assert waits[0] == 7
    assert 0.5 <= waits[1] <= 2.0
    assert 0.5 <= waits[2] <= 3.0
    assert 30 < waits[4] <= 40


def test_a_run_that_is_cut_short_goes_on_from_the_last_page(drop: Drop, service: Web, tmp_path: Path) -> None:
    feed_of(drop, service, tmp_path, attempts=2)
    service.answer = in_turn(page(range(1, 3), more=2), page(range(3, 5), more=3), Reply(502, {}), Reply(502, {}))
    with pytest.raises(SourceError, match="did not answer in 2 attempts: status 502"):
        drop.ingest()
    assert landed(drop) == []
    service.asked.clear()
    service.answer = in_turn(page(range(5, 6)))
    drop.ingest()
    assert [a.parameters["page"] for a in service.asked] == ["3"]
    assert landed(drop) == ["1", "2", "3", "4", "5"]
    assert drop.rows("select count(*) from lake.customer") == [(5,)]


def test_pages_that_an_earlier_run_left_of_another_list_do_not_land(drop: Drop, service: Web, tmp_path: Path) -> None:
    feed_of(drop, service, tmp_path, attempts=1, headers={"Account": "1"})
    service.answer = in_turn(page(range(1, 3), more=2), page(range(3, 5), more=3), Reply(502, {}))
    with pytest.raises(SourceError, match="status 502"):
        drop.ingest()
    left = staging(drop.lake, drop.feed) / "clients/00007.json"
    left.write_bytes((left.parent / "00001.json").read_bytes().replace(b"Client", b"Left"))
    # The pages of another account are others, even within the hour.
    drop.options["connection"] = spec(service, headers={"Account": "2"})
    service.answer = in_turn(page(range(8, 9)))
    drop.ingest()
    assert landed(drop) == ["8"]


def test_a_wait_that_is_too_long_ends_the_run_and_keeps_what_was_read(
    drop: Drop, service: Web, tmp_path: Path, waits: list[float]
) -> None:
    feed_of(drop, service, tmp_path)
    service.answer = in_turn(page(range(1, 3), more=2), Reply(429, {}, {"retry-after": "86400"}))
    with pytest.raises(SourceError, match="asks to wait 86400 seconds"):
        drop.ingest()
    assert waits == []
    service.answer = in_turn(page(range(3, 4)))
    drop.ingest()
    assert landed(drop) == ["1", "2", "3"]


def test_only_what_changed_since_is_asked_for(drop: Drop, service: Web, tmp_path: Path) -> None:
    since = "since: {parameter: changed_since, records: data.items, field: changed}"
    feed_of(drop, service, tmp_path, f"{PAGED}, {since}")
    service.answer = in_turn(page(range(1, 4)))
    drop.ingest()
    service.answer = in_turn(page(range(3, 5)))
    drop.ingest()
    assert "changed_since" not in service.asked[0].parameters
    # A little before the newest record: what was saved late is found.
    assert service.asked[1].parameters["changed_since"] == "2026-03-03T09:55:00Z"
    assert sorted(set(landed(drop))) == ["1", "2", "3", "4"]
    service.answer = in_turn(page(range(0)))
    drop.ingest()
    assert service.asked[2].parameters["changed_since"] == "2026-03-04T09:55:00Z"


@pytest.mark.parametrize(
    ("how", "replies", "asked"),
    [
        (
            "pages: {by: cursor, parameter: after, next: data.more}",
            [page(range(1, 2), more="x y&z"), page(range(2, 3), more="")],
            [{}, {"after": "x y&z"}],
        ),
        (
            "pages: {by: link, next: data.more}",
            [page(range(1, 2), more="/v1/clients?at=7"), page(range(2, 3))],
            [{}, {"at": "7"}],
        ),
        (
            "pages: {by: link}",
            [
                Reply(200, page(range(1, 2)).value, {"link": '</v1/clients?at=8>; rel="next"'}),
                page(range(2, 3)),
            ],
            [{}, {"at": "8"}],
        ),
        (
            "parameters: {size: 1}, pages: {by: page, parameter: p, records: data.items}",
            [page(range(1, 2)), page(range(2, 3)), page(range(0))],
            [{"size": "1", "p": "1"}, {"size": "1", "p": "2"}, {"size": "1", "p": "3"}],
        ),
    ],
)
def test_pages_follow_each_other_in_every_way(  # noqa: PLR0917 - fixtures and parameters
    drop: Drop, service: Web, tmp_path: Path, how: str, replies: list[Reply], asked: list[dict[str, str]]
) -> None:
    service.answer = in_turn(*replies)
    feed_of(drop, service, tmp_path, how)
    drop.ingest()
    assert landed(drop) == ["1", "2"]
    assert [a.parameters for a in service.asked] == asked


def test_a_token_is_asked_for_by_the_clients_secret_and_again_when_it_ends(
    drop: Drop, service: Web, tmp_path: Path
) -> None:
    tokens: list[str] = []

    def answer(asked: Asked) -> Reply:
        if asked.path == "/token":
            assert "grant_type=client_credentials" in asked.body
            assert asked.headers["Authorization"].startswith("Basic ")
            tokens.append(f"token-{len(tokens) + 1}")
            return Reply(value={"access_token": tokens[-1], "expires_in": 3600, "token_type": "bearer"})
        number = int(asked.parameters["page"])
        # The first token is withdrawn after the first page, long before it said that it would end.
        if asked.headers["Authorization"] != f"Bearer token-{1 if number == 1 else 2}":
            return Reply(401, {"error": "expired"})
        return page(range(number, number + 1), more=number + 1 if number < 3 else None)

    service.answer = answer
    auth = OAuth2Spec(
        kind="oauth2",
        token_url=f"{service.address}/token",
        client_id="tieout",
        client_secret="env:CLIENT_SECRET",  # noqa: S106 - a reference
    )
    feed_of(drop, service, tmp_path, auth=auth)
    drop.ingest()
    assert landed(drop) == ["1", "2", "3"]
    assert tokens == ["token-1", "token-2"]
    assert SECRET not in repr(drop.feed)


def test_no_error_shows_a_secret(drop: Drop, service: Web, tmp_path: Path) -> None:
    auth = HeaderSpec(kind="header", prefix="Bearer ", value="env:CLIENT_SECRET")
    feed_of(drop, service, tmp_path, auth=auth, attempts=1)
    for reply, why in (
        (Reply(403, {"said": SECRET}), "status 403"),
        (Reply(500, {"said": SECRET}), "status 500"),
        (Reply(200, SECRET.encode()), "is not JSON"),
        (Reply(302, {}, {"location": "https://127.0.0.1:1/"}), "status 302"),
    ):
        service.answer = in_turn(reply)
        with pytest.raises(SourceError, match=why) as caught:
            drop.ingest()
        assert SECRET not in str(caught.value)
        assert "\n" not in str(caught.value)
        assert service.asked[-1].headers["Authorization"] == f"Bearer {SECRET}"


def test_a_right_that_stands_in_a_link_is_not_shown(drop: Drop, service: Web, tmp_path: Path) -> None:
    service.answer = in_turn(page(range(1, 2), more=f"/v1/clients?signed={SECRET}"), Reply(403, {}))
    feed_of(drop, service, tmp_path, "pages: {by: link, next: data.more}")
    with pytest.raises(SourceError, match=r"/v1/clients answers with status 403") as caught:
        drop.ingest()
    assert service.asked[-1].parameters == {"signed": SECRET}
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("more", "why"),
    [("https://127.0.0.1:1/elsewhere", "which is another service"), ("/v1/clients", "lead back to themselves")],
)
def test_a_next_page_that_leads_astray_is_refused(
    drop: Drop, service: Web, tmp_path: Path, more: str, why: str
) -> None:
    service.answer = lambda _asked: page(range(1, 2), more=more)
    feed_of(drop, service, tmp_path, "pages: {by: link, next: data.more}")
    with pytest.raises(SourceError, match=why):
        drop.ingest()


def test_a_next_page_that_is_no_address_is_one_sentence(drop: Drop, service: Web, tmp_path: Path) -> None:
    feed_of(drop, service, tmp_path, "pages: {by: link, next: data.more}")
    for more, why in (("http://[bad", "'http://\\[bad', which is no address"), ("/v1/\x00", "is no address that can")):
        service.answer = in_turn(page(range(1, 2), more=more))
        with pytest.raises(SourceError, match=why):
            drop.ingest()
        shutil.rmtree(staging(drop.lake, drop.feed))


def test_a_limit_that_names_no_time_and_a_body_that_cannot_be_unpacked_are_tried_again(
    drop: Drop, service: Web, tmp_path: Path, waits: list[float]
) -> None:
    bad = Reply(200, b"no gzip", {"content-encoding": "gzip"})
    service.answer = in_turn(
        Reply(429, {}, {"retry-after": "nan"}), Reply(429, {}, {"retry-after": "inf"}), bad, page(range(1, 2))
    )
    feed_of(drop, service, tmp_path)
    drop.ingest()
    assert landed(drop) == ["1"]
    assert len(waits) == 3
    assert all(0.5 <= wait <= 5 for wait in waits)
    service.answer = lambda _asked: bad
    with pytest.raises(SourceError, match="did not answer in 6 attempts"):
        drop.ingest()


def test_a_service_that_does_not_heed_the_page_is_not_asked_on_and_on(drop: Drop, service: Web, tmp_path: Path) -> None:
    service.answer = lambda _asked: page(range(1, 3), more=True)
    feed_of(drop, service, tmp_path)
    with pytest.raises(SourceError, match="page 2 of clients is page 1 again"):
        drop.ingest()
    assert len(service.asked) == 2
    assert landed(drop) == []


def test_a_certificate_that_nobody_vouches_for_is_refused(drop: Drop, service: Web, tmp_path: Path) -> None:
    feed_of(drop, service, tmp_path, attempts=1)
    drop.options["connection"] = drop.options["connection"].model_copy(update={"ca_file": None})
    with pytest.raises(SourceError, match="certificate verify failed"):
        drop.ingest()
    assert service.asked == []


@pytest.mark.parametrize(
    "said",
    [
        "base_url: 'http://example.com'",
        "base_url: 'https://user:hunter2@example.com'",
        "base_url: 'https://example.com', headers: {Authorization: hunter2}",
        "base_url: 'https://example.com', headers: {X-Api-Key: hunter2}",
        "base_url: 'https://example.com', headers: {Account: Bearer hunter2}",
        "base_url: 'https://example.com', headers: {Account: hunter2hunter2hunter2hunter2}",
        "base_url: 'https://example.com/?api_key=hunter2'",
        "base_url: 'https://example.com/hooks/hunter2hunter2hunter2hunter2'",
        "base_url: 'https://example.com', auth: {kind: header, value: hunter2}",
    ],
)
def test_a_configuration_that_would_show_a_secret_is_refused_without_it(tmp_path: Path, said: str) -> None:
    file = tmp_path / "tieout.yml"
    file.write_text(f"feeds: [{{name: crm, connection: {{kind: rest, {said}}}}}]\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        settings.load(file)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({}, "must say its `path`"),
        ({"path": "/x", "pages": {"by": "magic"}}, "must be one of page, cursor, link"),
        ({"path": "/x", "pages": {"by": "page", "next": "n"}}, "must name the `parameter`"),
        ({"path": "/x", "pages": {"by": "cursor", "parameter": "c"}}, "must say where the answer tells"),
        ({"path": "/x", "since": {"field": "f"}}, "must name its parameter, records and field"),
        ({"path": "/x", "page": {}}, "unknown key 'page'"),
        ({"path": "/x", "parameters": {"api_key": "x"}}, "parameters.api_key would hold a secret"),
    ],
)
def test_a_request_that_an_adapter_says_wrongly_is_one_sentence(said: dict[str, Any], why: str) -> None:
    with pytest.raises(ContractError, match=why):
        request(said, "clients")


def test_the_harvest_adapter_reads_a_service_of_its_shape(drop: Drop, service: Web) -> None:
    fixtures = Path(__file__).parents[1] / "fixtures/harvest"

    def answer(asked: Asked) -> Reply:
        name = asked.path.removeprefix("/v2/")
        name = f"{name}_page{asked.parameters['page']}" if name == "time_entries" else name
        return Reply(value=(fixtures / f"{name}.json").read_bytes())

    service.answer = answer
    drop.options = {"path": "", "system": "harvest", "connection": spec(service)}
    drop.ingest()
    entries = drop.rows("select time_entry_id, currency from lake.time_entry order by 1")
    assert entries == [("1001", "EUR"), ("1003", "EUR")]
    files = drop.rows("select distinct file from lake.batch_files where entity = 'time_entry' order by 1")
    assert files == [("entries/00001.json",), ("entries/00002.json",)]


def test_an_adapter_without_any_request_is_one_sentence(drop: Drop, service: Web) -> None:
    drop.options = {"path": "", "connection": spec(service)}
    with pytest.raises(TieoutError, match="says no `request` of any source"):
        drop.ingest()


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time of a run, which a test sets on."""
    now = [0.0]
    monkeypatch.setattr(web, "clock", lambda: now[0])
    return now


def test_a_service_that_dribbles_is_left_at_its_deadline_and_gone_on_with(
    drop: Drop, service: Web, tmp_path: Path, hours: list[float]
) -> None:
    replies = [page(range(1, 3), more=2), page(range(3, 5), more=3)]

    def slow(_asked: Asked) -> Reply:
        hours[0] += 2000
        return replies.pop(0)

    feed_of(drop, service, tmp_path, deadline_seconds=3600)
    service.answer = slow
    with pytest.raises(SourceError, match="was not read in deadline_seconds 3600: run again"):
        drop.ingest()
    assert landed(drop) == []
    service.answer = in_turn(page(range(3, 5)))
    drop.ingest()
    assert landed(drop) == ["1", "2", "3", "4"]


def test_waits_count_towards_the_deadline(
    drop: Drop, service: Web, tmp_path: Path, hours: list[float], waits: list[float]
) -> None:
    feed_of(drop, service, tmp_path, deadline_seconds=100)
    service.answer = in_turn(Reply(429, {}, {"retry-after": "120"}))
    with pytest.raises(SourceError, match="was not read in deadline_seconds 100"):
        drop.ingest()
    assert (hours, waits) == ([0.0], [])


def test_a_run_reads_no_more_than_it_may(drop: Drop, service: Web, tmp_path: Path) -> None:
    feed_of(drop, service, tmp_path, max_bytes=1000)
    service.answer = lambda asked: page(range(int(asked.parameters["page"]) * 10, 10_000), more=2)
    with pytest.raises(SourceError, match="gave more than max_bytes 1,000 in one run"):
        drop.ingest()


def test_a_list_that_was_read_to_its_end_is_asked_for_anew(drop: Drop, service: Web, tmp_path: Path) -> None:
    feed_of(drop, service, tmp_path)
    service.answer = in_turn(page(range(1, 3)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingestion.pipeline.intake.take_in", _struck)
        patch.setattr("ingestion.connectors.offer.shutil.rmtree", lambda *_a, **_k: None)
        with pytest.raises(KeyboardInterrupt):
            drop.ingest()
    service.answer = in_turn(page(range(1, 4)))
    drop.ingest()
    assert landed(drop) == ["1", "2", "3"], "what the service has by now"


def _struck(*_said: object, **_more: object) -> None:
    raise KeyboardInterrupt


def test_a_number_to_read_on_by_is_compared_as_a_number_and_has_a_window(
    drop: Drop, service: Web, tmp_path: Path
) -> None:
    since = "since: {parameter: above, records: data.items, field: id}"
    feed_of(drop, service, tmp_path, f"{PAGED}, {since}", overlap_numbers=4)
    service.answer = in_turn(page(range(8, 12)))
    drop.ingest()
    service.answer = in_turn(page(range(0)))
    drop.ingest()
    assert service.asked[1].parameters["above"] == "7", "11 is more than 9"


@pytest.mark.parametrize(
    ("newest", "due"),
    [
        ("2026-03-01T00:00:00.123Z", "2026-02-28T23:55:00.123Z"),
        ("2026-03-01 00:00:00+02:00", "2026-02-28 23:55:00+02:00"),
        ("2026-03-01", "2026-03-01"),
        ("1772323200", "1772322900"),
        ("1772323200000", "1772322900000"),
        ("70", "60"),
        ("5", "0"),
        ("v17", "v17"),
    ],
)
def test_what_is_asked_for_begins_a_little_before_the_newest(newest: str, due: str) -> None:
    assert paging.earlier(newest, seconds=300, numbers=10) == due


def test_a_header_may_carry_a_secret_by_reference_and_no_error_shows_it(
    drop: Drop, service: Web, tmp_path: Path
) -> None:
    feed_of(drop, service, tmp_path, headers={"X-Api-Key": "env:CLIENT_SECRET", "Account": "17"}, attempts=1)
    service.answer = in_turn(Reply(500, {"said": SECRET}))
    with pytest.raises(SourceError, match="status 500") as caught:
        drop.ingest()
    assert (service.asked[-1].headers["X-Api-Key"], service.asked[-1].headers["Account"]) == (SECRET, "17")
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(drop.feed)
