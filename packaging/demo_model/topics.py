"""What the conversations are about: known topics, composed ones, made-up words, and a held-out list to measure with.

A model of this size learns to *repeat* a topic only if it cannot learn the topics by heart, so most of them are unique:
words glued from syllables or from the tokenizer's own pieces. No held-out topic may occur in training text.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from demo_model.wording import phrases, words

HELD_OUT = phrases(
    """
    beekeeping journal; parcel locker reservations; orchid greenhouse monitor; kayak rental desk; tide table widget;
    chess club ladder; sourdough starter tracker; pottery kiln scheduler; lighthouse visitor log;
    falconry permit register; vineyard harvest planner; ski lift queue display; aquarium water alerts;
    bicycle repair tickets; choir rehearsal rota; allotment plot waiting list; museum audio guide;
    ferry timetable board; blood donation reminders; stamp collection catalogue; karaoke song picker; sailing logbook;
    lost luggage finder; tattoo studio deposits; snowplough route map; school lunch ballot; llama trekking vouchers;
    violin lesson swaps; wedding seating chart; telescope time sharing; marathon split tracker; escape room hints;
    donkey sanctuary adoptions; ice rink opening hours; antique clock valuations; mushroom foraging diary;
    truck weighbridge records; dental braces checkups; drone flight clearance; opera subtitle console;
    cheese ageing ledger; volcano hazard feed; puppy training streaks; scuba gas blending sheet;
    knitting pattern converter; bakery pre-orders; train seat upgrades; hedgehog sighting reports;
    laundry machine availability; barbershop walk-in queue; elevator outage notices; campsite pitch selector;
    poetry slam scoring; tomato seedling exchange; glacier depth readings; airport lounge passes;
    horse saddle fitting notes; neighbourhood tool library; carpool matching; squash court ladder;
    radio jingle archive; trombone hire agreements; wind turbine inspections; coral reef survey;
    jigsaw puzzle lending; typewriter spare parts; fencing tournament brackets; organ donor card;
    pizza topping builder; lawnmower theft alarm; dinosaur exhibit quiz; coffee roast profiles; asteroid watch list;
    embroidery thread stock; cricket umpire rota; pothole complaints; saxophone reed subscription;
    grandparents' photo frame; harbour crane booking; zebra crossing survey; candle making workshop signup;
    lemonade stand till; wolf tracking collars; yoga retreat deposits; fossil label printer; ballet costume wardrobe;
    swim lane occupancy; rainwater tank gauge; perfume sample requests; cello string reminders;
    taxidermy commission list; gondola ride tickets; umbrella sharing kiosk; chimney sweep visits;
    mountain rescue callouts; pharmacy night shift roster; windsurf lesson weather check; haunted house tour;
    beard oil storefront; moth trap counts; canal lock reservations; pancake batter calculator;
    skateboard deck designer; trampoline park waivers; hospice volunteer diary; dragon boat crew list;
    meteor shower alerts; oyster farm leases; quilt raffle; rugby kit orders; bagpipe tuning aid;
    crossword hint engine; tram ticket validator; walrus colony census; yacht berth allocation
    """
)

COMMON = phrases(
    """
    user authentication; full-text search to the notes app; full-text search; file upload with progress;
    recipe organiser; dark mode; shared shopping list; deployment pipeline; log retention; status page;
    booking calendar; loyalty programme; product review page; admin console; public API with keys; payment form;
    password reset; CSV import; onboarding tour; keyboard shortcuts; notification centre; message queue; offline sync;
    multi-tenant billing service; login page; to-do list; weather app; chat app; blog; online shop; shopping cart;
    user profile; search bar; image gallery; contact form; newsletter; comment section; calendar; dashboard;
    two-factor login; single sign-on; rate limiter; audit log; data export; PDF export; email notifications;
    push notifications; photo album; task board; time tracking; invoice generator; inventory system; expense report;
    music player; video calls; feedback form; survey tool; feature flags; backup and restore; session timeout;
    role management; language switcher; user registration; help desk; job scheduler; webhook delivery;
    content management; event calendar; bug tracker; code editor; note taking app; fitness tracker; parking app;
    library catalogue; hotel booking; restaurant menu; train timetable; ticket sales; wiki; forum; quiz; map view;
    barcode scanner
    """
)

QUALIFIERS = words(
    """
    account activity address admin air alert animal archive art asset audio badge bank basket battery beta bill
    board book bot branch brand budget bus button cable camera campaign card care case cash catalog channel
    charity child city class client clinic cloud club coach code colour community company contact contract cookie
    course court craft credit customer daily data debt delivery department device digital discount doctor document
    dog domain door driver dynamic energy event exam expense factory family farm fast field film fleet flight
    flower food football fuel game garden gas gift global golf grade grant group guest guitar gym health home
    hospital hotel house image income insurance internal item job kitchen lab language laptop lead legal lesson
    letter library licence light live loan local market meal media medicine meeting member mobile monthly movie
    music network news night notes nurse office online order parent parking partner party patient payment pension
    personal pet phone photo piano plant player podcast policy postal power press price printer private product
    profile project property public purchase quality quick race radio rail receipt recipe region remote rental
    repair report resource restaurant reward road room route safety sales sample school science season secure
    seller sensor service shared shift ship shop site skill sleep smart social song sport staff stock storage
    store street student studio subscription supplier support survey swimming table task tax taxi team tenant test
    ticket time tool tour toy trade traffic train training travel tree trip tutor university update user utility
    vehicle vendor video village visa visitor voice vote wage warehouse waste water weather web weekly wine work
    world writing youth zoo
    """
)

THINGS = words(
    """
    access agenda alarm alerts analysis app approval archive assistant auction backup balance billing bookings box
    bridge browser builder calculator calendar catalogue chart chat check checkout collection comparison console
    contest converter counter coupons dashboard database diary directory discounts display download editor engine
    estimates export feed feedback filter finder folder form forms gallery gateway generator graph guide handover
    history hub import inbox index invoices journal keys labels ledger limits list locator lock log login manager
    map marketplace matching menu messages metrics monitor notes notices offers orders organiser page panel
    password payments permissions picker pipeline planner player poll portal preview prices profile queue quiz
    quotes rating reader records refunds register registration reminders renewal reports requests reservations
    returns reviews rota rules scanner schedule scheduler score scoring screen search selector service session
    settings setup sharing shop signup simulator sorting statistics status storage store summary survey sync
    system tags tasks templates terminal tickets timeline timer timetable tool tour tracker trends upload
    validation vault viewer voting wallet watch widget wizard workflow
    """
)

ADJECTIVES = words(
    """
    simple new small better fast secure reliable modern private public automatic weekly daily monthly multi-step
    real-time self-service low-cost read-only two-way mobile-first in-app step-by-step cross-platform
    """
)

AUDIENCES = phrases(
    """
    my team; our customers; new users; the sales team; a small shop; students; nurses; our support desk; teachers;
    my family; field workers; drivers; the front desk; volunteers; older people; the finance department; a school;
    a clinic; freelancers; our partners; administrators
    """
)

ONSETS = words(
    """
    b br c ch cl cr d dr f fl fr g gl gr h j k kn l m n p ph pl pr qu r s sc sh sk sl sm sn sp st sw t th tr tw v
    w wh y z
    """
)
VOWELS = words("a e i o u ai au ea ee ei ie oa oo ou y")
CODAS = ("",) * 20 + words("b ck d f g l ll lt m mp n nd ng nk nt p r rd rk rm rn rt s sh sk ss st t tch th w x z")
ENDINGS = words(
    """
    able age al ance ary ated ation ed ence er ery est et ful ic ies ing ion ish ism ist ity le less let ling ly
    ment ness or ous ry s
    """
)

FOREIGN = words(
    """
    Übersicht Straßenkarte café menü crème brûlée façade naïve jalapeño señor mañana São Paulo Zürich Köln Grüße
    garçon élève œuvre smörgåsbord fjord Ærø Łódź žába čaj Привет отчёт карта данные 東京 予約 料理 地図 日記 你好 世界 订单 日历 검색
    예약 지도 θέμα λίστα
    """
)


def known_topic(rng: Random) -> str:
    """A common request, or two or three real words that go together."""
    if rng.random() < 0.35:
        return rng.choice(COMMON)
    words = [rng.choice(QUALIFIERS), rng.choice(THINGS)]
    if rng.random() < 0.35:
        words.insert(0, rng.choice(QUALIFIERS))
    if rng.random() < 0.15:
        words.insert(0, rng.choice(ADJECTIVES))
    return " ".join(words)


def made_up_word(rng: Random) -> str:
    """A word of one to three syllables that nobody has seen."""
    syllables = rng.choices((1, 2, 3), (3, 5, 2))[0]
    word = "".join(rng.choice(ONSETS) + rng.choice(VOWELS) + rng.choice(CODAS) for _ in range(syllables))
    return word + rng.choice(ENDINGS) if rng.random() < 0.35 else word


def glued_word(rng: Random, pieces: Sequence[str]) -> str:
    """One to three of the tokenizer's own pieces, so that each of them is met inside a copied span."""
    return "".join(rng.choice(pieces) for _ in range(rng.choices((1, 2, 3), (2, 5, 2))[0]))


def odd_word(rng: Random) -> str:
    """Words that are not plain lower-case letters: capitals, digits, hyphens, apostrophes, other scripts."""
    word = made_up_word(rng)
    kind = rng.randrange(7)
    if kind == 0:
        return word.capitalize()
    if kind == 1:
        return word[:4].upper()
    if kind == 2:
        return f"{word}{rng.randrange(100)}"
    if kind == 3:
        return f"{word}-{made_up_word(rng)}"
    if kind == 4:
        return f"{word}'s"
    if kind == 5:
        return str(rng.randrange(2, 3000))
    return rng.choice(FOREIGN)


def unique_topic(rng: Random, pieces: Sequence[str]) -> str:
    """One to five words of which most are new; sometimes a real thing stands last, as in real topics."""
    words: list[str] = []
    for _ in range(rng.choices((1, 2, 3, 4, 5), (2, 6, 6, 3, 1))[0]):
        kind = rng.random()
        if kind < 0.40 and pieces:
            words.append(glued_word(rng, pieces))
        elif kind < 0.75:
            words.append(made_up_word(rng))
        elif kind < 0.93:
            words.append(rng.choice(QUALIFIERS))
        else:
            words.append(odd_word(rng))
    if rng.random() < 0.45:
        words[-1] = rng.choice(THINGS)
    return " ".join(words)


def make_topic(rng: Random, pieces: Sequence[str] = (), known_share: float = 0.3) -> str:
    """A topic that is on no held-out list; `pieces` are the tokenizer's, empty while it is being trained."""
    while True:
        topic = known_topic(rng) if rng.random() < known_share else unique_topic(rng, pieces)
        if not names_held_out(topic):
            return topic


def names_held_out(text: str) -> bool:
    lowered = text.lower()
    return any(topic in lowered for topic in HELD_OUT)
