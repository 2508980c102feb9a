"""One widget a file. Attributes come down, past-tense messages go up; no widget asks its sibling."""
