"""Foreign text made safe for a terminal (stand-in until the real one)."""


def clean_line(text: str) -> str:
    """One safe line."""
    return " ".join(clean_block(text).split())


def clean_block(text: str) -> str:
    """Safe text with line ends."""
    return "".join(c for c in text if c == "\n" or c.isprintable())


def count_hidden(text: str) -> int:
    """How many characters cleaning hides."""
    return sum(not c.isprintable() and c not in "\r\n\t" for c in text)
