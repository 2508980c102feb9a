"""Half an hour of typing and a token that ends in between: renewed unseen, or signed in again in place."""

from __future__ import annotations

import json
import time
from pathlib import Path

import httpx

from tests.e2e.desks import HOLD, INBOX, desk, inbox_of, open_lead, sign_in, token_file, wait_for_draft
from tests.e2e.served import ANNA, PASSWORD, Served, Witness, served
from tests.e2e.terminal import PATIENCE, Terminal

TEXT = "Ответ, написанный за полчаса"
SETTINGS = {HOLD: "0", "LEADS_TUI_POLL_SECONDS": "5"}
STORED = "the server holds your text"


def access_token(home: Path) -> str:
    token: str = json.loads(token_file(home).read_text())["access_token"]
    return token


def sign_out_elsewhere(server: Served, home: Path) -> None:
    """Ends the sign-in of this home at the server: neither its access nor its refresh token is good any more."""
    headers = {"Authorization": f"Bearer {access_token(home)}"}
    httpx.post(f"{server.base_url}/oauth2/logout", headers=headers, timeout=PATIENCE).raise_for_status()


def send(terminal: Terminal, anna: Witness, lead_id: int, text: str) -> None:
    terminal.press("ctrl+s")
    terminal.wait_for(STORED)
    assert anna.lead(lead_id)["answer_text"] == text


def test_typing_and_sending_go_on_while_the_token_ends_again_and_again(home: Path, tmp_path: Path) -> None:
    with served(tmp_path, "--token-lifetime", "3") as server:
        with server.ask_as(ANNA) as anna:
            lead_id = inbox_of(anna)[0]["id"]
        with desk(server, home, ANNA, settings=SETTINGS) as terminal:
            open_lead(terminal, 0, lead_id)
            seen = {access_token(home)}
            typed = ""
            deadline = time.monotonic() + PATIENCE
            while len(seen) < 3:
                assert time.monotonic() < deadline, "the token was not renewed"
                terminal.type("ж")
                typed += "ж"
                wait_for_draft(home, typed)
                seen.add(access_token(home))
            assert "signed out" not in terminal.text
            terminal.press("ctrl+s")
            terminal.wait_for(STORED)
        with server.ask_as(ANNA) as anna:
            assert anna.lead(lead_id)["answer_text"] == typed


def test_a_sign_in_that_was_ended_elsewhere_is_renewed_in_place_and_the_send_goes_on(
    home: Path, tmp_path: Path
) -> None:
    with served(tmp_path) as server, server.ask_as(ANNA) as anna:
        lead_id = inbox_of(anna)[0]["id"]
        with desk(server, home, ANNA, settings=SETTINGS) as terminal:
            open_lead(terminal, 0, lead_id)
            terminal.type(TEXT)
            sign_out_elsewhere(server, home)
            terminal.press("ctrl+s")
            terminal.wait_for("signed out; f5 signs in")
            assert anna.lead(lead_id)["result"] == "missed"

            terminal.press("f5")
            terminal.wait_for("What you typed is kept")
            terminal.type(PASSWORD)
            terminal.press("enter")
            terminal.wait_for(INBOX)
            terminal.wait_for(STORED)
            assert anna.lead(lead_id)["answer_text"] == TEXT


def test_a_sign_in_in_another_window_serves_this_one_too(home: Path, tmp_path: Path) -> None:
    with served(tmp_path) as server, server.ask_as(ANNA) as anna:
        lead_id = inbox_of(anna)[0]["id"]
        with desk(server, home, ANNA, settings=SETTINGS) as terminal:
            open_lead(terminal, 0, lead_id)
            terminal.type(TEXT)
            sign_out_elsewhere(server, home)
            sign_in(server, home, ANNA)
            fresh = access_token(home)

            send(terminal, anna, lead_id, TEXT)
            assert access_token(home) == fresh
            assert "signed out" not in terminal.text
