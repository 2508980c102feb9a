"""What an operator does: inbox, lock, answer, drafts. No Textual, no HTTP; clock and API are injected."""
