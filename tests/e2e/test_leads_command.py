"""`leads-tui leads` and `leads-tui status` as real processes against a real server."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from leads_tui.desk.filter_words import KEYS
from tests.e2e.company import Company, Hesitant, stored_token, write_token_file
from tests.e2e.desks import INBOX
from tests.e2e.served import ANNA, BORIS, LEADS_TUI, PASSWORD, served, stop
from tests.e2e.terminal import PATIENCE, Terminal, clean_environment

SEEDED = 120


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    folder, home = tmp_path_factory.mktemp("server"), tmp_path_factory.mktemp("anna")
    with (
        served(folder, seed=SEEDED, environ=clean_environment(folder)) as server,
        server.ask_as(ANNA) as anna,
        server.ask_as(BORIS) as boris,
    ):
        company = Company(server, home, anna, boris)
        signed_in = company.run(
            "login", "--email", ANNA, "--password-stdin", "--api-url", server.base_url, stdin=f"{PASSWORD}\n"
        )
        assert signed_in.returncode == 0
        yield company


def left_behind(company: Company) -> list[str]:
    state = company.home / ".local/state/leads-tui"
    return sorted(path.name for path in state.rglob("*") if path.is_file() and path.name != "token.json")


@pytest.fixture(autouse=True)
def no_drafts(company: Company) -> Iterator[None]:
    yield
    for path in (company.home / ".local/state/leads-tui").rglob("*.json*"):
        if path.name != "token.json":
            path.unlink()


# list and show -----------------------------------------------------------------------------------------------------


def test_a_list_for_people_lines_up_and_is_not_cut_in_a_pipe(company: Company) -> None:
    ran = company.leads("list", "--routed", "--limit", "30")

    lines = ran.stdout.splitlines()
    assert (ran.returncode, len(lines)) == (0, 31)
    assert lines[0].split() == ["ID", "CREATED_AT", "TYPE", "RESULT", "NAME", "CONTACT", "SITE", "LOCKED_BY", "TEXT"]
    type_at = lines[0].index("TYPE")
    assert {line[type_at:].split()[0] for line in lines[1:]} <= {"form", "callback", "chat"}
    assert all(line.isprintable() and line == line.rstrip() for line in lines)
    assert max(map(len, lines)) > 120


def test_no_line_wraps_on_a_terminal(company: Company) -> None:
    command = [LEADS_TUI, "leads", "list", "--routed", "--limit", "10"]
    with Terminal(command, environ=clean_environment(company.home), columns=60) as terminal:
        assert terminal.wait_exit() == 0
        lines = terminal.raw.decode().splitlines()

    assert len(lines) == 11
    assert any("…" in line for line in lines)


def test_json_is_what_the_server_says_in_printable_ascii(company: Company) -> None:
    ran = company.leads("list", "--routed", "--limit", "100", "--sort", "created_at:a", "--json")

    assert re.fullmatch(r"[ -~\n]+", ran.stdout)
    listed = json.loads(ran.stdout)
    assert listed["results"] == company.anna.get("leads/listrouted", limit=100, sort="created_at:a")
    assert listed["total"] >= len(listed["results"])


def test_json_lines_hold_every_lead_once(company: Company) -> None:
    ran = company.leads("list", "--all", "--jsonl", "--fields", "id,site(url)")

    leads = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len({lead["id"] for lead in leads}) == len(leads) >= SEEDED
    assert all(lead.keys() == {"id", "site"} for lead in leads)
    assert all(lead["site"] is None or lead["site"].keys() == {"url"} for lead in leads)


def test_a_filter_narrows_by_server_and_by_desk_alike(company: Company) -> None:
    everything = company.json("list", "--routed", "--all")["results"]

    by_server = company.json("list", "--routed", "--all", "--filter", "type:callback site:lumen result:missed")
    by_both = company.json("list", "--routed", "--all", "--filter=-type:form,chat city:moscow has:phone")

    assert [lead["id"] for lead in by_server["results"]] == [
        lead["id"]
        for lead in everything
        if lead["type"] == "callback" and lead["result"] == "missed" and "lumen" in (lead["site"] or {}).get("url", "")
    ]
    assert by_server["total"] == len(by_server["results"]) > 0
    assert [lead["id"] for lead in by_both["results"]] == [
        lead["id"] for lead in everything if lead["type"] == "callback" and lead["city"] == "Moscow" and lead["phone"]
    ]
    assert by_both["total"] is None


def test_limit_and_offset_choose_a_part(company: Company) -> None:
    whole = company.json("list", "--limit", "20", "--sort", "created_at:a")["results"]

    part = company.json("list", "--limit", "5", "--offset", "3", "--sort", "created_at:a")["results"]

    assert part == whole[3:8]


def test_texts_that_the_role_may_not_read_are_told_not_shown_as_empty(company: Company) -> None:
    lead_id = company.free_lead()

    listed, shown = company.leads("list", "--limit", "3"), company.leads("show", str(lead_id))
    routed = company.leads("show", str(lead_id), "--routed")

    assert "TEXT" not in listed.stdout
    assert "your role may not read" in listed.stderr
    assert "text, answer_text: your role may not read this" in shown.stderr
    assert (routed.returncode, routed.stderr) == (0, "")
    assert re.search(rf"^id +{lead_id}$", routed.stdout, re.MULTILINE)


def test_show_as_json_is_the_servers_own_object(company: Company) -> None:
    lead_id = company.free_lead()

    assert company.json("show", str(lead_id), "--routed") == company.anna.lead(lead_id)
    assert company.json("show", str(lead_id), "--fields", "name,site(url)").keys() == {"name", "site"}


def test_words_in_the_wrong_layout_get_a_hint(company: Company) -> None:
    ran = company.leads("list", "--filter", "ljcnfdrfdjcnjr")

    assert (ran.returncode, ran.stdout.count("\n")) == (0, 1)
    assert "--filter='доставкавосток'" in ran.stderr


@pytest.mark.parametrize("form", [["--jsonl"], ["--json"], []])
def test_a_pipe_that_is_closed_early_ends_quietly(company: Company, form: list[str]) -> None:
    command = shlex.join([LEADS_TUI, "leads", "list", "--all", *form])
    ran = subprocess.run(
        ["bash", "-c", f"{command} | head -n 1 >/dev/null; exit ${{PIPESTATUS[0]}}"],
        env=clean_environment(company.home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert ran.returncode == 0
    assert "BrokenPipe" not in ran.stderr
    assert "Traceback" not in ran.stderr


# lock, unlock, complete --------------------------------------------------------------------------------------------


def test_locking_and_unlocking(company: Company) -> None:
    lead_id = company.free_lead()

    locked = company.leads("lock", str(lead_id))
    assert (locked.returncode, locked.stderr) == (0, "")
    assert company.anna.lead(lead_id)["locked_by"]["email"] == ANNA
    assert company.json("lock", str(lead_id)) == {"id": lead_id, "locked": True}
    assert company.run("status", "--tmux").stdout.endswith(" missed, 1 mine\n")

    assert company.json("unlock", str(lead_id)) == {"id": lead_id, "locked": False}
    assert company.anna.locked() == []


def test_a_lead_that_a_colleague_holds_is_refused_with_their_name(company: Company) -> None:
    lead_id = company.free_lead()
    assert company.boris.post("leads/lock", id=lead_id)
    try:
        for command in (["lock"], ["unlock"], ["complete", "--answer", "Добрый день"]):
            refused = company.leads(command[0], str(lead_id), *command[1:])
            assert refused.returncode == 1
            assert refused.stderr.count("\n") == 1
            assert "Борис Ветров" in refused.stderr
        assert company.anna.lead(lead_id)["result"] == "missed"
    finally:
        company.boris.post("leads/unlock", id=lead_id)


def test_completing_sends_reads_back_gives_back_and_leaves_nothing(company: Company, tmp_path: Path) -> None:
    answer = "Добрый день!\n\nЦена — 100 %\t👋"
    file = tmp_path / "answer.txt"
    file.write_text(f"{answer}\n", encoding="utf-8")
    by_flag, by_file, by_pipe = (company.free_lead(), 0, 0)

    assert company.leads("complete", str(by_flag), "--answer", answer).returncode == 0
    by_file = company.free_lead()
    assert company.leads("complete", str(by_file), "--answer-file", str(file)).returncode == 0
    by_pipe = company.free_lead()
    assert company.leads("complete", str(by_pipe), "--answer-file", "-", stdin=f"{answer}\n").returncode == 0

    for lead_id in (by_flag, by_file, by_pipe):
        lead = company.anna.lead(lead_id)
        assert (lead["result"], lead["answer_text"], lead["is_locked"]) == ("completed", answer, False)
        assert lead["completed_by"]["email"] == ANNA
    assert left_behind(company) == []


def test_completing_without_an_answer_must_be_said(company: Company) -> None:
    lead_id = company.free_lead()

    for wrong in ([], ["--answer", ""], ["--answer-file", "-"], ["--answer", "x" * 2001]):
        assert company.leads("complete", str(lead_id), *wrong, stdin="\n").returncode == 2
    assert company.anna.lead(lead_id)["result"] == "missed"

    assert company.json("complete", str(lead_id), "--without-answer")["verdict"] == "stored"
    assert company.anna.lead(lead_id)["answer_text"] is None


def test_a_lead_that_a_colleague_answered_keeps_their_answer_and_my_draft(company: Company) -> None:
    lead_id = company.free_lead()
    company.boris.post("leads/setcompleted", id=lead_id, answer_text="уже ответил")

    told = company.json("complete", str(lead_id), "--answer", "мой ответ", code=1)

    assert (told["verdict"], told["completed_by"]) == ("answered_by_another", "Борис Ветров")
    assert company.anna.lead(lead_id)["answer_text"] == "уже ответил"
    assert left_behind(company) == [f"{lead_id}.json"]
    drafts = company.json("list", "--routed", "--filter", "has:draft")["results"]
    assert [lead["id"] for lead in drafts] == [lead_id]


def test_a_text_that_the_desk_left_is_not_overwritten(company: Company) -> None:
    lead_id = company.free_lead()
    company.boris.post("leads/setcompleted", id=lead_id, answer_text="уже ответил")
    company.leads("complete", str(lead_id), "--answer", "из одного окна")

    company.leads("complete", str(lead_id), "--answer", "из другого")

    drafts = (company.home / ".local/state/leads-tui/drafts").rglob("*.json")
    assert sorted(json.loads(path.read_text())["text"] for path in drafts) == ["из другого", "из одного окна"]


def test_a_lead_that_the_desk_has_open_is_left_to_it(company: Company) -> None:
    with Terminal([LEADS_TUI], environ=clean_environment(company.home)) as desk:
        desk.wait_for(INBOX)
        desk.press("enter")
        desk.wait_for("LOCKED BY YOU")
        (lead_id,) = company.anna.locked()

        for command in (["complete", "--answer", "из сценария"], ["unlock"]):
            refused = company.leads(command[0], str(lead_id), *command[1:])
            assert refused.returncode == 1
            assert "open in your desk" in refused.stderr
        assert company.anna.locked() == [lead_id]
        assert company.leads("unlock", str(lead_id), "--force").returncode == 0

        desk.press("ctrl+q")
        assert desk.wait_exit() == 0
    assert company.anna.lead(lead_id)["result"] == "missed"


def test_a_command_that_is_terminated_gives_the_lead_back(company: Company) -> None:
    lead_id = company.free_lead()
    with Hesitant(company) as hesitant:
        process = subprocess.Popen(
            [LEADS_TUI, "leads", "complete", str(lead_id), "--answer", "x"],
            env=clean_environment(hesitant.home),
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            company.anna.wait_for_lead(lead_id, lambda lead: lead["is_locked"])
            process.send_signal(signal.SIGTERM)
            said = process.communicate(timeout=PATIENCE)[1]
        finally:
            stop(process)

    assert process.returncode == 143
    assert "nothing was sent" in said
    assert company.anna.lead(lead_id)["is_locked"] is False
    assert company.anna.lead(lead_id)["result"] == "missed"


# add ---------------------------------------------------------------------------------------------------------------


def test_adding_a_lead_with_every_parameter(company: Company) -> None:
    whole = company.anna.lead(company.free_lead())
    conversation = next(
        lead["conversation"]["id"]
        for lead in company.anna.get("leads/listrouted", limit=100, q="site_ids=1")
        if lead["conversation"]
    )
    flags = ["--name", "Пётр", "--site-id", "1", "--conversation-id", str(conversation), "--phone", "+7 903 123-45-67"]
    flags += ["--email", "petr@mail.example", "--department-id", "1", "--result", "completed", "--text-file", "-"]

    added = company.run("leads", "add", *flags, "--json", stdin="Просил перезвонить\n")

    assert (added.returncode, added.stderr) == (0, "")
    lead = json.loads(added.stdout)
    assert lead.keys() == whole.keys()
    assert (lead["type"], lead["result"], lead["name"], lead["text"]) == (
        "chat",
        "completed",
        "Пётр",
        "Просил перезвонить",
    )
    assert (lead["phone"], lead["email"], lead["department"]["id"]) == ("+7 903 123-45-67", "petr@mail.example", 1)
    assert lead["created_by"]["email"] == ANNA


def test_a_refused_lead_names_each_bad_parameter(company: Company) -> None:
    refused = company.leads("add", "--name", "x", "--site-id", "999", "--conversation-id", "999999", "--email", "no@no")

    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
    for name in ("site_id", "conversation_id", "email"):
        assert f"{name}: not valid" in refused.stderr


# status and exit codes ---------------------------------------------------------------------------------------------


def test_the_status_line_counts_what_waits_by_one_request(company: Company) -> None:
    missed = len(company.anna.get("leads/listrouted", q="result=missed", limit=100))
    with Hesitant(company, hesitates=False) as counter:
        ran = company.run("status", "--tmux", home=counter.home)

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, f"{missed} missed, 0 mine\n", "")
    assert counter.asked == ["/v2/leads/listrouted"]


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["leads"], "COMMAND"),
        (["leads", "lst"], "invalid choice"),
        (["leads", "show", "twelve"], "whole number"),
        (["leads", "list", "--filter", "tipe:form"], "did you mean type:?"),
        (["leads", "list", "--sort", "name"], "--sort: 'name' is not one of"),
        (["leads", "list", "--fields", "id,nmae"], "no field nmae"),
        (["leads", "list", "--fields", "site(id"], "bracket"),
        (["leads", "list", "--limit", "0"], "from 1"),
        (["leads", "list", "--json", "--jsonl"], "not allowed with"),
        (["leads", "add", "--name", "x", "--site-id", "1", "--conversation-id", "1"], "--phone or --email"),
        (["leads", "complete", "1", "--answer-file", "/nonexistent"], "cannot be read"),
        (["leads", "list", "--config", "/nonexistent"], "no such settings file"),
    ],
)
def test_bad_usage_is_one_line_and_code_2(company: Company, argv: list[str], says: str) -> None:
    ran = company.run(*argv)

    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)
    assert says in ran.stderr


def test_without_a_sign_in_it_is_code_3(company: Company, home: Path) -> None:
    for argv in (["leads", "list"], ["leads", "lock", "1"], ["status"]):
        ran = company.run(*argv, home=home)
        assert (ran.returncode, ran.stdout) == (3, "")
        assert "leads-tui login" in ran.stderr
    assert company.run("status", "--tmux", home=home).stdout == "leads: sign in\n"


def test_a_server_that_is_away_is_code_4(company: Company, home: Path) -> None:
    with Hesitant(company) as closed:
        url = closed.url
    away = write_token_file(home, stored_token(company) | {"api_url": url})

    for argv in (["leads", "list"], ["leads", "complete", "1", "--answer", "x"], ["status"]):
        ran = company.run(*argv, home=away)
        assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (4, "", 1)
    ran = company.run("status", "--tmux", home=away)
    assert (ran.returncode, ran.stdout) == (4, "leads: no answer\n")


def test_a_token_whose_time_is_up_is_renewed_and_stored(company: Company, home: Path) -> None:
    stored = stored_token(company)
    expired = stored | {"access_token": "gone", "expires_at": "2020-01-01T00:00:00Z"}
    theirs = write_token_file(home, expired) / ".local/state/leads-tui/token.json"

    assert company.run("status", "--tmux", home=home).stdout == "… missed\n"
    renewed = json.loads(theirs.read_text())
    assert renewed["access_token"] not in {"gone", stored["access_token"]}
    assert company.run("leads", "list", "--limit", "1", home=home).returncode == 0

    theirs.write_text(json.dumps(expired))
    assert company.run("leads", "list", "--limit", "1", home=home).returncode == 0
    assert json.loads(theirs.read_text())["access_token"] != "gone"


README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("## Command line\n")[2].partition("\n## ")[0]


def test_every_command_of_the_readme_does_what_it_says(company: Company, tmp_path: Path) -> None:
    (tmp_path / "answer.txt").write_text("Добрый день!\n", encoding="utf-8")
    (block,) = re.findall(r"```sh\n(.+?)```", SECTION, re.DOTALL)
    (conversation,) = {
        lead["conversation"]["id"] for lead in company.anna.get("leads/listrouted", limit=1, q="site_ids=1")
    }
    ids = {"1042": str(company.free_lead()), "5001": str(conversation)}

    for line in block.splitlines():
        if "1043" in line:
            ids["1043"] = str(company.free_lead())
        command = re.sub("1042|1043|5001", lambda match: ids[match[0]], line)
        ran = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command],
            env=clean_environment(company.home),
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert (ran.returncode, ran.stderr) == (0, ""), line
        assert ran.stdout


def test_the_readme_names_every_key_of_a_filter() -> None:
    table = " ".join(line.split("|")[1] for line in SECTION.splitlines() if line.startswith("| `"))

    assert sorted(re.findall(r"`(\w+)`", table)) == sorted(KEYS)
