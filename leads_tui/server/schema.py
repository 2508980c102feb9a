"""The tables. Moments are seconds since 1970 (UTC); `moscow` writes them as the contract wants them.

`keywords` and `text_folded` are the case-folded copies that searches look into, because SQLite folds ASCII only.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, MetaData, String, Table, Text

METADATA: Final = MetaData()

departments: Final = Table(
    "departments",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("title", String(255), nullable=False),
)

sites: Final = Table(
    "sites",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("url", String(255), nullable=False),
)

site_departments: Final = Table(
    "site_departments",
    METADATA,
    Column("site_id", ForeignKey("sites.id"), primary_key=True),
    Column("department_id", ForeignKey("departments.id"), primary_key=True),
)

employees: Final = Table(
    "employees",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("first_name", String(255), nullable=False),
    Column("last_name", String(255), nullable=False),
    Column("email", String(255), nullable=False, unique=True),
    Column("state", String(10), nullable=False),
    Column("role", String(20), nullable=False),
    Column("password_hash", String(255), nullable=False),
    Column("is_lead_assigned", Boolean, nullable=False),
)

employee_departments: Final = Table(
    "employee_departments",
    METADATA,
    Column("employee_id", ForeignKey("employees.id"), primary_key=True),
    Column("department_id", ForeignKey("departments.id"), primary_key=True),
)

tokens: Final = Table(
    "tokens",
    METADATA,
    Column("hash", String(64), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("sign_in", String(32), nullable=False, index=True),
    Column("employee_id", ForeignKey("employees.id"), nullable=False),
    Column("expires_at", Float, nullable=True),
)

visitors: Final = Table(
    "visitors",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String(255), nullable=True),
)

conversations: Final = Table(
    "conversations",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("visitor_id", ForeignKey("visitors.id"), nullable=False, index=True),
    Column("created_at", Integer, nullable=False),
)

leads: Final = Table(
    "leads",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("type", String(10), nullable=False),
    Column("result", String(10), nullable=False),
    Column("name", String(255), nullable=False),
    Column("email", String(255), nullable=True),
    Column("phone", String(255), nullable=True),
    Column("created_at", Integer, nullable=False),
    Column("updated_at", Integer, nullable=False),
    Column("completed_at", Integer, nullable=True),
    Column("duration", Integer, nullable=True),
    Column("completed_by_id", ForeignKey("employees.id"), nullable=True),
    Column("created_by_id", ForeignKey("employees.id"), nullable=True),
    Column("assigned_to_id", ForeignKey("employees.id"), nullable=True),
    Column("locked_by_id", ForeignKey("employees.id"), nullable=True),
    Column("lock_expires_at", Float, nullable=True),
    Column("site_id", ForeignKey("sites.id"), nullable=True),
    Column("department_id", ForeignKey("departments.id"), nullable=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=True, index=True),
    Column("country", String(255), nullable=True),
    Column("city", String(255), nullable=True),
    Column("entry_page", String(255), nullable=True),
    Column("int_referer", String(255), nullable=True),
    Column("ext_referer", String(255), nullable=True),
    Column("search_engine", String(255), nullable=True),
    Column("search_query", String(255), nullable=True),
    Column("page_count", Integer, nullable=True),
    Column("visit_count", Integer, nullable=True),
    Column("keywords", Text, nullable=False),
    Column("text_folded", Text, nullable=False),
    Column("text", Text, nullable=True),
    Column("answer_text", Text, nullable=True),
    # An inbox page and its total are answered from these alone; the routing's columns are in them for the total.
    Index("leads_inbox", "result", "created_at", "id", "assigned_to_id", "department_id", "site_id"),
    Index("leads_by_creation", "created_at", "id", "assigned_to_id", "department_id", "site_id"),
    Index("leads_by_update", "updated_at", "id", "assigned_to_id", "department_id", "site_id"),
    Index("leads_by_site", "site_id", "created_at"),
)

quick_message_categories: Final = Table(
    "quick_message_categories",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("title", String(255), nullable=False),
    Column("color", String(20), nullable=True),
)

quick_messages: Final = Table(
    "quick_messages",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("category_id", ForeignKey("quick_message_categories.id"), nullable=True),
    Column("employee_id", ForeignKey("employees.id"), nullable=True),
)


def folded(*parts: str | None) -> str:
    """What a search looks into: the parts that are there, case-folded, one a line."""
    return "\n".join(part for part in parts if part).casefold()
