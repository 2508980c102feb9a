"""What time it is where the visitor is, where their country and city make that certain.

The zones of a country come from the time zone database itself (the `tzdata` package: `zone.tab`, `iso3166.tab`); here
are only the names that visitors' countries go by elsewhere, and which zone Russia's towns live in.
"""

from __future__ import annotations

import datetime as dt
import importlib.resources
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from leads_tui.api.models import Lead

__all__ = ["visitor_time", "visitor_zone"]

_COUNTRIES: Final = {
    "RU": "россия|российская федерация|russian federation",
    "AM": "армения",
    "AT": "австрия",
    "AZ": "азербайджан",
    "BE": "бельгия",
    "BG": "болгария",
    "BY": "беларусь|белоруссия|republic of belarus",
    "CA": "канада",
    "CH": "швейцария",
    "CN": "китай|people's republic of china",
    "CY": "кипр",
    "CZ": "чехия|czechia",
    "DE": "германия",
    "DK": "дания",
    "EE": "эстония",
    "ES": "испания",
    "FI": "финляндия",
    "FR": "франция",
    "GB": "великобритания|united kingdom|great britain|england|uk",
    "GE": "грузия",
    "GR": "греция",
    "HU": "венгрия",
    "IE": "ирландия",
    "IL": "израиль",
    "IN": "индия",
    "IT": "италия",
    "JP": "япония",
    "KG": "киргизия|кыргызстан",
    "KR": "южная корея|республика корея|south korea|republic of korea",
    "KZ": "казахстан",
    "LT": "литва",
    "LV": "латвия",
    "MD": "молдова|молдавия|republic of moldova",
    "MN": "монголия",
    "NL": "нидерланды|голландия|the netherlands|holland",
    "NO": "норвегия",
    "PL": "польша",
    "PT": "португалия",
    "RO": "румыния",
    "RS": "сербия",
    "SE": "швеция",
    "SK": "словакия",
    "TH": "таиланд|тайланд",
    "TJ": "таджикистан",
    "TM": "туркмения|туркменистан",
    "TR": "турция|türkiye|turkiye",
    "UA": "украина",
    "US": "сша|соединённые штаты|соединенные штаты|usa|united states of america",
    "UZ": "узбекистан",
    "AE": "оаэ|объединённые арабские эмираты|объединенные арабские эмираты|uae",
}
"""Names of countries beyond the database's English ones."""

_RUSSIAN_CITIES: Final = {
    "Europe/Kaliningrad": "калининград|kaliningrad",
    "Europe/Moscow": (
        "москва|moscow|санкт-петербург|петербург|saint petersburg|st petersburg|st. petersburg|sankt-peterburg"
        "|казань|kazan|нижний новгород|nizhny novgorod|nizhniy novgorod|ростов-на-дону|rostov-on-don|краснодар"
        "|krasnodar|воронеж|voronezh|ярославль|yaroslavl|рязань|ryazan|тула|tula|липецк|lipetsk|пенза|penza|киров|kirov"
        "|чебоксары|cheboksary|калуга|kaluga|курск|kursk|ставрополь|stavropol|сочи|sochi|тверь|tver|брянск|bryansk"
        "|белгород|belgorod|владимир|vladimir|архангельск|arkhangelsk|смоленск|smolensk|мурманск|murmansk|орёл|орел|orel"
        "|вологда|vologda|череповец|cherepovets|саранск|saransk|тамбов|tambov|иваново|ivanovo|кострома|kostroma"
        "|псков|pskov|великий новгород|veliky novgorod|новгород|петрозаводск|petrozavodsk|сыктывкар|syktyvkar"
        "|махачкала|makhachkala|грозный|grozny|владикавказ|vladikavkaz|нальчик|nalchik|новороссийск|novorossiysk"
        "|набережные челны|naberezhnye chelny|волгоград|volgograd|волжский|volzhsky|йошкар-ола|yoshkar-ola|таганрог"
        "|taganrog|химки|khimki|мытищи|mytishchi|балашиха|balashikha|подольск|podolsk|королёв|королев|korolyov|люберцы"
    ),
    "Europe/Samara": "самара|samara|тольятти|tolyatti|ижевск|izhevsk|сызрань|syzran",
    "Europe/Saratov": "саратов|saratov|энгельс|engels",
    "Europe/Astrakhan": "астрахань|astrakhan",
    "Europe/Ulyanovsk": "ульяновск|ulyanovsk",
    "Asia/Yekaterinburg": (
        "екатеринбург|yekaterinburg|ekaterinburg|челябинск|chelyabinsk|уфа|ufa|пермь|perm|тюмень|tyumen|оренбург|orenburg"
        "|магнитогорск|magnitogorsk|нижний тагил|nizhny tagil|курган|kurgan|сургут|surgut|нижневартовск|nizhnevartovsk"
        "|стерлитамак|sterlitamak|салехард|salekhard|ханты-мансийск|khanty-mansiysk|новый уренгой|novy urengoy"
    ),
    "Asia/Omsk": "омск|omsk",
    "Asia/Novosibirsk": "новосибирск|novosibirsk",
    "Asia/Barnaul": "барнаул|barnaul|бийск|biysk|горно-алтайск",
    "Asia/Tomsk": "томск|tomsk",
    "Asia/Novokuznetsk": "новокузнецк|novokuznetsk|кемерово|kemerovo|прокопьевск",
    "Asia/Krasnoyarsk": "красноярск|krasnoyarsk|норильск|norilsk|абакан|abakan|кызыл|kyzyl",
    "Asia/Irkutsk": "иркутск|irkutsk|братск|bratsk|ангарск|angarsk|улан-удэ|ulan-ude",
    "Asia/Chita": "чита|chita",
    "Asia/Yakutsk": "якутск|yakutsk|благовещенск|blagoveshchensk",
    "Asia/Vladivostok": (
        "владивосток|vladivostok|хабаровск|khabarovsk|комсомольск-на-амуре|komsomolsk-on-amur|уссурийск|ussuriysk"
        "|находка|nakhodka"
    ),
    "Asia/Magadan": "магадан|magadan",
    "Asia/Sakhalin": "южно-сахалинск|yuzhno-sakhalinsk",
    "Asia/Kamchatka": "петропавловск-камчатский|petropavlovsk-kamchatsky|petropavlovsk-kamchatskiy",
    "Asia/Anadyr": "анадырь|anadyr",
}
"""Towns by the zone they keep. A name that Russia has twice in two zones is here only where one is far larger."""


def visitor_time(lead: Lead, now: dt.datetime) -> dt.datetime | None:
    """`now` on the visitor's clock, or None where their place does not make it certain."""
    zone = visitor_zone(lead.country, lead.city, now)
    return now.astimezone(zone) if zone else None


def visitor_zone(country: str | None, city: str | None, now: dt.datetime) -> ZoneInfo | None:
    """The zone of a place, by its name in English or Russian or the country's code; None where it is not certain.

    A country whose zones all show the same time at `now` needs no city.
    """
    code = _codes().get(_plain(country))
    if code is None:
        return None
    town = _plain(city)
    if town and (name := _zone_of_city(code, town)):
        return ZoneInfo(name)
    zones = [ZoneInfo(name) for name in _zones().get(code, ())]
    return zones[0] if len({now.astimezone(zone).utcoffset() for zone in zones}) == 1 else None


def _zone_of_city(code: str, town: str) -> str | None:
    if code == "RU" and town in _towns():
        return _towns()[town]
    # A zone bears the name of its largest town; one in three parts is named after a small one.
    places = {name.split("/")[1]: name for name in _zones().get(code, ()) if name.count("/") == 1}
    return {_plain(place.replace("_", " ")): name for place, name in places.items()}.get(town)


@cache
def _codes() -> dict[str, str]:
    """Country codes by every name that is known, and by themselves."""
    codes: dict[str, str] = {}
    for code, name in _table("iso3166.tab"):
        codes |= {_plain(code): code, _plain(name): code}
    return codes | {_plain(name): code for code, names in _COUNTRIES.items() for name in names.split("|")}


@cache
def _zones() -> dict[str, tuple[str, ...]]:
    """The zones of each country."""
    zones: dict[str, tuple[str, ...]] = {}
    for code, _place, name, *_comment in _table("zone.tab"):
        zones[code] = (*zones.get(code, ()), name)
    return zones


@cache
def _towns() -> dict[str, str]:
    return {_plain(town): zone for zone, towns in _RUSSIAN_CITIES.items() for town in towns.split("|")}


def _table(name: str) -> list[list[str]]:
    text = importlib.resources.files("tzdata").joinpath("zoneinfo", name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


def _plain(name: str | None) -> str:
    return " ".join((name or "").casefold().replace("ё", "е").replace("’", "'").split())
