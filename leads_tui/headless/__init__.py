"""Leads without the desk: what the command line does with them. Knows neither Textual nor the screens."""
