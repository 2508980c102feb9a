"""What visitors write, by department. `{a}` is the ending of a woman's past tense; the other slots are in `SLOTS`."""

from __future__ import annotations

from typing import Final

from leads_tui.server.samples.company import INTERNATIONAL, SALES, SERVICE, WHOLESALE

SLOTS: Final[dict[str, tuple[str, ...]]] = {
    "product": ("«Орион»", "«Нева»", "«Комета»", "«Сияние»", "«Ладога»", "«Полюс»", "«Вега»", "«Байкал»"),
    "product_en": ("Orion", "Neva", "Comet", "Halo", "Nova", "Polaris", "Vega"),
    "kind": ("люстру", "торшер", "настольную лампу", "пару бра", "подвесной светильник"),
    "room": ("гостиную", "детскую", "кухню", "спальню", "прихожую", "кабинет"),
    "order": tuple(f"{number}" for number in range(48107, 48990, 97)),
    "n": ("2", "3", "4"),
    "many": ("30", "45", "60", "80", "120", "200"),
    "day_at": ("в понедельник", "во вторник", "в среду", "в четверг", "в пятницу", "в субботу"),
    "day": ("понедельник", "вторник", "среду", "четверг", "пятницу", "субботу"),
    "day_en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
    "time": ("10:00", "12:30", "14:00", "16:15", "18:30", "19:00"),
    "money": ("8 000", "12 000", "15 500", "20 000", "35 000"),
    "town": ("Тверь", "Калугу", "Пермь", "Томск", "Мурманск", "Владивосток", "Сочи"),
    "country": ("Norway", "Portugal", "New Zealand", "Canada", "Estonia", "Greece"),
}

FORMS: Final[dict[int, tuple[str, ...]]] = {
    SALES: (
        (
            "Здравствуйте! Подскажите, пожалуйста, есть ли в наличии {product} в латуни? На сайте написано «под заказ»,"
            " а нужно до конца недели."
        ),
        "Добрый день. Ищу {kind} в {room}, потолки 2,6 м. Бюджет до {money} рублей. Что посоветуете?",
        "Можно ли {product} подключить через диммер? И идёт ли лампочка в комплекте?",
        "Хочу заказать {n} светильника {product}, но корзина пишет «ошибка оплаты». Карта рабочая, пробовал{a} дважды.",
        "Здравствуйте, а скидка по карте «Друг» действует вместе с распродажей? Заказ примерно на {money}.",
        "Добрый вечер! Выбираю между {product} и «Аврора». Чем они отличаются, кроме цены? В описании одно и то же.",
        "Какая цветовая температура у {product}? Нужен тёплый свет, 2700 К, в {room}.",
        "Есть ли у вас салон в Москве, где можно увидеть {product}? Если да, до скольки вы работаете {day_at}?",
        "Здравствуйте! Хочу подарить маме {kind}. Можно ли упаковать в подарок и положить открытку?",
        (
            "Увидел{a} у вас в блоге спальню с круглым бра. Что это за модель? Фото прилагать некуда, статья"
            " называется «Мягкий свет»."
        ),
        "Нужна рассрочка на {n} месяца, сумма около {money}. Какие документы потребуются?",
        "Подойдёт ли {product} для ванной? Над зеркалом, до воды примерно полметра. Какая у него защита?",
        (
            "Добрый день! Оставьте за мной, пожалуйста, последний {product} в чёрном цвете, приеду за ним {day_at}"
            " после {time}."
        ),
        "А в {town} доставляете? Сколько будет стоить и как упакуете? Стекло боюсь заказывать почтой.",
    ),
    SERVICE: (
        "Заказ {order} должны были привезти вчера с 14 до 18, никто не приехал и не позвонил. Что происходит?",
        "Здравствуйте. Пришёл {product} с трещиной на плафоне, коробка целая. Как обменять? Заказ {order}.",
        "Прошу перенести доставку заказа {order} на {day}, после {time}. Раньше дома никого не будет.",
        "Потерял{a} чек, а {product} перестал включаться через полгода. Гарантия ещё действует?",
        "Светильник мигает, когда выключен. Электрик говорит, что дело в подсветке выключателя. Есть ли у вас решение?",
        "Заказ {order} висит в статусе «Собирается» уже {n} дня. Скажите, пожалуйста, когда его отправят.",
        "Добрый день! Не хватает одной крепёжной планки для {product}. Можно ли дослать почтой в {town}?",
        "Хочу вернуть {kind}: цвет не тот, что на фото. Не пользовались. Как оформить и когда придут деньги?",
        "Курьер оставил заказ {order} у соседей без моего согласия. Одной коробки нет! Прошу разобраться сегодня.",
        "Пульт от {product} не видит светильник после замены батареек. Как его привязать заново?",
        "Не могу войти в личный кабинет: письмо со ссылкой не приходит, в спаме тоже нет.",
        "Где сейчас мой заказ {order}? Трек-номер не находится.",
        (
            "Спасибо вашему мастеру Олегу, всё повесил аккуратно! Вопрос один: как мыть плафоны у {product},"
            " чтобы не помутнели?"
        ),
    ),
    WHOLESALE: (
        (
            "Добрый день! Дизайн-студия, нужно {many} светильников {product}, доставка на объект в {town}."
            " Пришлите, пожалуйста, прайс и условия."
        ),
        "Просим выставить счёт на ООО «Ромашка», {many} шт. {product}. Реквизиты отправим ответным письмом.",
        "Какие условия для дилеров? У нас два магазина, хотим взять на пробу {many} штук разных моделей.",
        "Нужны IES-файлы и сертификаты на {product} для расчёта освещения школы. Срок две недели.",
        "Здравствуйте, гостиница на {many} номеров, меняем весь свет. Можно ли получить образцы {day_at}?",
        "Возможна ли отсрочка платежа 30 дней при заказе от {many} светильников?",
        "Поставка в {town}: есть ли {product} с датчиком движения и степенью защиты IP54?",
    ),
    INTERNATIONAL: (
        "Hi, do you ship the {product_en} pendant to {country}? How long would it take, and who pays the duties?",
        "Hello! I ordered {n} {product_en} lamps last week (order {order}) and have not received any confirmation.",
        "Is the {product_en} available in brushed brass? The page shows it, but I cannot select it.",
        "One of the shades arrived cracked. I have photos. What do I do next? Order {order}.",
        "Could you please recommend something for a reading corner? Ceiling is 2.4 m, budget about 200 euros.",
        "We are a small hotel and would like a quotation for {many} {product_en} wall lamps, delivery to {country}.",
        "Does the {product_en} work with 110 V? I am in the US and could not find it in the specification.",
        "Hi there, can I still change the address of order {order}? It should go to my office until {day_en}.",
        "The remote of my {product_en} stopped working after two weeks. New batteries did not help.",
        "Do you have a showroom anywhere in Europe? I would love to see the {product_en} before I buy {n} of them.",
        "My discount code SPRING is refused at checkout. It should be valid till {day_en}, shouldn't it?",
        "How do I clean the {product_en}? There is a fingerprint on the inside of the glass and it drives me mad.",
    ),
}

CALLBACKS: Final[dict[int, tuple[str | None, ...]]] = {
    SALES: (
        None,
        "Перезвоните после {time}, пожалуйста.",
        "Хочу обсудить свет для квартиры, удобнее голосом.",
        "Вопрос по наличию {product}.",
        "Жду звонка сегодня, интересует рассрочка.",
    ),
    SERVICE: (
        None,
        "Перезвоните по заказу {order}, срочно!",
        "Не дозвонил{reflexive} до курьера.",
        "По возврату. Лучше {day_at} до {time}.",
    ),
    WHOLESALE: (None, "Коммерческое предложение на {many} светильников.", "Нужен менеджер по проектам."),
    INTERNATIONAL: (None, "Please call me after {time} CET.", "Question about order {order}.", "Bulk order, call me."),
}
"""What stands in the form "call me back": often nothing but the number."""

CHATS: Final[dict[int, tuple[str, ...]]] = {
    SALES: (
        "В чате просит подобрать {kind} в {room}, бюджет {money}. Обещали прислать три варианта на почту.",
        "Интересуется {product}, ждёт поступления. Сообщить, как только появится.",
        "Хочет забронировать {n} шт. {product}, приедет {day_at}. Связаться и подтвердить.",
    ),
    SERVICE: (
        "Заказ {order}: не устраивает интервал доставки, ушёл из чата без ответа. Позвонить и договориться.",
        "Прислал{a} фото скола на {product}. Оформить замену, согласовать дату с курьером.",
    ),
    WHOLESALE: ("Студия, нужен расчёт на {many} точек. Скинуть прайс и каталог.",),
    INTERNATIONAL: (
        "Asked in the chat about shipping to {country}; promised an answer by e-mail today.",
        "Wants {n} {product_en} in matte black, waiting for a stock update.",
    ),
}
"""What an employee notes when they make a lead out of a chat."""

ANSWERS: Final[dict[int, tuple[str, ...]]] = {
    SALES: (
        "Добрый день! Да, модель есть в наличии, отложили для вас на три дня. Оформить доставку или заберёте сами?",
        "Здравствуйте! Отправила на почту три варианта в вашем бюджете. Посмотрите и напишите, какой ближе.",
        "Добрый день! Светильник работает с диммером, лампочка идёт в комплекте. Хорошего дня!",
        "Спасибо, что написали! Ошибку оплаты исправили, попробуйте, пожалуйста, ещё раз: корзина сохранилась.",
        "Созвонились, всё обсудили, заказ оформлен. Спасибо!",
    ),
    SERVICE: (
        "Здравствуйте! Приносим извинения. Доставка переназначена на завтра с 10 до 14, курьер позвонит за час.",
        "Добрый день! Замену отправим за наш счёт, курьер заберёт повреждённый светильник. Извините за неудобство!",
        "Здравствуйте! Чек не обязателен, достаточно номера заказа. Привозите светильник в любой магазин.",
        "Деньги вернём на ту же карту в течение пяти рабочих дней после того, как товар приедет на склад.",
    ),
    WHOLESALE: (
        "Добрый день! Прайс и условия отправили на почту. По вашему объёму скидка 18 %, срок поставки три недели.",
        "Здравствуйте! Счёт выставлен, действует пять дней. IES-файлы и сертификаты во вложении к письму.",
    ),
    INTERNATIONAL: (
        "Hello! Yes, we ship there in 7 to 12 working days; duties are paid on delivery. Shall I send you a quotation?",
        "Hi! We are sorry about that. A replacement leaves our warehouse tomorrow, you will get a tracking number.",
        "Hello, thank you for asking! The lamp comes with a 110-240 V driver, so it will work at home.",
    ),
}

GREETINGS: Final = ("", "", "", "", "Доброе утро! ", "Приветствую. ", "Коллеги, добрый день. ")
CLOSINGS: Final = (
    "", "", "", "", "", "\n\nС уважением, {name}", "\nСпасибо!", " Заранее благодарю.", "\n\nЖду ответа.",
)  # fmt: skip
CLOSINGS_EN: Final = ("", "", "", "\n\nBest regards,\n{name}", "\nThanks a lot!", " Many thanks in advance.")

SEARCHES: Final = (
    "купить люстру в гостиную", "подвесной светильник латунь", "трековые светильники цена", "торшер тёплый свет",
    "бра в спальню недорого", "светильник в детскую", "lumen lamps", "ремонт светильников гарантия",
)  # fmt: skip
SEARCHES_EN: Final = ("brass pendant lamp", "lumen orion lamp", "reading lamp 2700k", "designer wall lamp")

ENTRY_PAGES: Final = (
    "/", "/catalog", "/catalog/pendant", "/catalog/floor", "/catalog/track", "/sale", "/blog/soft-light", "/delivery",
)  # fmt: skip
FORM_PAGES: Final = ("/contacts", "/cart", "/catalog/orion", "/catalog/neva", "/delivery", "/returns", "/pricing")
REFERERS: Final = (
    "https://vk.com/lumen", "https://t.me/lumen_light", "https://www.instagram.com/lumen", "https://dzen.ru/a/soft-light",
    "https://www.houzz.com/pro/lumen", "https://www.pinterest.com/pin/3489",
)  # fmt: skip
