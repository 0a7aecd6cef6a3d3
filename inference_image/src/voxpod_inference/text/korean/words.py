"""Korean words that are not said as the sound rules would have it: compounds, Sino-Korean words, grammar that spelling hides.

The rules cannot know that 꽃잎 is two words or that the ㄹ of 할 것 is a verb's ending. Each entry is as long as what it stands
for, and what it says passes through the rules unchanged.
"""

import re

# ㄴ put in between compounds (rule 29), and compounds that settle an end before a vowel (rule 15).
_COMPOUNDS = """
꽃잎=꼰닙 나뭇잎=나문닙 깻잎=깬닙 댓잎=댄닙 베갯잇=베갠닏 뒷일=뒨닐 색연필=생년필 담요=담뇨 한여름=한녀름 솜이불=솜니불 홑이불=혼니불 막일=망닐 삯일=상닐 맨입=맨닙
내복약=내봉냑 신여성=신녀성 직행열차=지캥녈차 늑막염=능망념 콩엿=콩녇 남존여비=남존녀비 눈요기=눈뇨기 영업용=영엄뇽 식용유=시굥뉴 국민윤리=궁민뉼리 밤윷=밤뉻
들일=들릴 솔잎=솔립 설익=설릭 물약=물략 불여우=불려우 서울역=서울력 물엿=물렫 휘발유=휘발류 유들유들=유들류들 부산역=부산녁 강남역=강남녁 집안일=지반닐 볼일=볼릴 할일=할릴
십육=심뉵 백육=뱅뉵 천육=천뉵 만육=만뉵 학여울=항녀울 태평양=태평양 정류장=정뉴장 알약=알략 두통약=두통냑 감기약=감기약 무슨일=무슨닐 옛일=옌닐 훗일=훈닐 깨끗이=깨끄시
헛웃음=허두슴 겉옷=거돋 맛없=마덥 멋없=머덥 밭아래=바다래 젖어미=저더미 꽃위=꼬뒤 첫인상=처딘상 헛일=헌닐 몇월=며둴 몇일=며딜 못잊=몬닏 웃어른=우더른 넋없=너겁
디귿이=디그시 디귿을=디그슬 디귿에=디그세 지읒이=지으시 지읒을=지으슬 치읓이=치으시 키읔이=키으기 티읕이=티으시 피읖이=피으비 히읗이=히으시 히읗을=히으슬
값어치=가버치 줄넘기=줄럼끼 옷_입=온_닙 잘_입=잘_립 한_일=한_닐 할_일=할_릴 볼_일=볼_릴 못_이=몬_니 못_읽=몬_닉 못_일=몬_닐 못_잊=몬_닏 못_입=몬_닙 못_여=몬_녀
넓죽=넙쭉 넓둥글=넙뚱글 밟히=발피 밟혀=발펴 송별연=송벼련 등용문=등용문
"""
# ㄴ and ㄹ that stay apart (rule 20), and ㄹ said as ㄴ.
_APART = """
의견란=의견난 임진란=임진난 생산량=생산냥 결단력=결딴녁 공권력=공꿘녁 동원령=동원녕 상견례=상견녜 횡단로=횡단노 이원론=이원논 입원료=이붠뇨 구근류=구근뉴 판단력=판단녁 음운론=으문논
"""
# Tensed without a visible reason: Sino-Korean ㄹ (rule 26), genitive compounds (rule 28), single words.
_TENSED = """
갈등=갈뜽 발동=발똥 절도=절또 말살=말쌀 불소=불쏘 일시=일씨 갈증=갈쯩 물질=물찔 발전=발쩐 몰상식=몰쌍식 불세출=불쎄출 결정=결쩡 결심=결씸 활동=활똥 발달=발딸 열심=열씸 실수=실쑤
일주일=일쭈일 출신=출씬 절대=절때 철도=철또 열정=열쩡 설득=설뜩 발생=발쌩 질서=질써 칠십=칠씹 팔십=팔씹 일정=일쩡 일상=일쌍 출장=출짱 월세=월쎄 실제=실쩨 달성=달썽 별도=별또 발표=발표 결석=결썩 필수=필쑤
출산=출싼 결승=결씅 팔자=팔짜 글자=글짜 물가=물까 길가=길까 발바닥=발빠닥 물동이=물똥이 굴속=굴쏙 술잔=술짠 눈동자=눈똥자 문고리=문꼬리 신바람=신빠람 산새=산쌔 손재주=손째주 바람결=바람껼 그믐달=그믐딸
아침밥=아침빱 비빔밥=비빔빱 김밥=김빱 강가=강까 초승달=초승딸 등불=등뿔 창살=창쌀 강줄기=강쭐기 보름달=보름딸 밀가루=밀까루 손등=손뜽 손바닥=손빠닥 눈빛=눈삗 안방=안빵 술집=술찝 빵집=빵찝 용돈=용똔 산길=산낄 물고기=물꼬기
문법=문뻡 헌법=헌뻡 불법=불뻡 방법=방법 사건=사껀 조건=조껀 인기=인끼 안과=안꽈 내과=내꽈 외과=외꽈 치과=치꽈 성격=성껵 인격=인껵 한자=한짜 장점=장쩜 단점=단쩜 초점=초쩜 관점=관쩜 문제점=문제쩜 평가=평까 대가=대까 주가=주까 정가=정까
여권=여꿘 인권=인꿘 정권=정꿘 증권=증꿘 주권=주꿘 교과서=교과서 갈대=갈때 실시=실씨 일본=일본 할부=할부 결국=결국 열대=열때 발자국=발짜국 힘줄=힘쭐 몸집=몸찝 봄비=봄삐 밤길=밤낄 잠자리에=잠짜리에 전세계=전세계
"""
# Verbs that end in ㄴ or ㅁ tense their endings (rule 24); only forms that no noun looks like.
_STEMS = r"(?<![가-힣])(신|껴안|감|남|넘|담|참|숨|심|품|다듬|더듬|머금|삼|뿜|굶)(?=(?:다가|다고|다면|습니|는다)|다(?![가-힣])|(?:고|지|게|거|겠|던|더|도록)(?=[ 가-힣]|\Z))"
_STEM_CLASHES = re.compile(
    r"(?:신고|감지|감고|참고|심지|숨지|담지|남자|담다고|심고|신지|삼다|감다)(?=하|했|되|된|를|을|이|가|로|만|도|는|은|어|었|$| )"
)
# Adnominal ㄹ before a bound noun (rule 27), and endings that begin with it.
_AFTER_ADNOMINAL = (
    r"(것|거|걸|건|게|겁|수(?=[ 가는]|밖에|도 [있없]|\Z)|데|바(?=[ 를가]|\Z)|적|줄|곳|듯|도리|지(?=[ 도는가]|\Z)|사람)"
)
_ADNOMINAL_ENDINGS = "수록|지라도|지언정|진대|세라|걸(?![가-힣])|게요|지도"
_WILL = "(?<=[을할갈볼줄될올둘릴낼칠탈킬])게(?=요|(?![가-힣]))"
# Nouns that end in 의; elsewhere an 의 that ends a word of two or more is the particle.
_NOUNS_IN_UI = frozenset(
    [
        "회의",
        "강의",
        "주의",
        "정의",
        "동의",
        "논의",
        "합의",
        "협의",
        "문의",
        "편의",
        "의의",
        "호의",
        "거의",
        "예의",
        "창의",
        "결의",
        "토의",
        "모의",
        "제의",
        "건의",
        "상의",
        "하의",
        "유의",
        "성의",
        "심의",
        "항의",
        "이의",
        "고의",
        "사의",
        "명의",
        "수의",
        "도의",
        "신의",
        "열의",
    ]
)


def pronounced_words(text: str) -> str:
    """Hangul with these words written as they sound; as many syllables as before."""
    said = _KNOWN.sub(lambda m: _WORDS[m.group()], text)
    said = _SIXES.sub(lambda m: "려" if m.string[m.start() - 1] == "물" else "녀", said)
    said = re.sub(_STEMS + "(.)", _tensed_stem, said)
    said = re.sub(rf"(?<=[가-힣]) {_AFTER_ADNOMINAL}", _after_adnominal, said)
    said = re.sub(rf"[가-힣](?:{_ADNOMINAL_ENDINGS})", _ending, said)
    said = re.sub(_WILL, "께", said)
    return re.sub(r"(?<![가-힣])[가-힣]+", _with_ui, said)


def _table(words: str) -> dict[str, str]:
    return dict(entry.replace("_", " ").split("=") for entry in words.split())


_WORDS = _table(_COMPOUNDS) | _table(_APART) | _table(_TENSED)
_KNOWN = re.compile("|".join(sorted(_WORDS, key=len, reverse=True)))
# 서른여섯 서른녀섣, 스물여덟 스물려덜: ㄴ put in between tens and ones.
_SIXES = re.compile("(?<=[른흔쉰순든])여(?=[섯덟덜])|(?<=물)여(?=[섯덟덜])")


def tensed(syllable: str) -> str:
    """가 as 까; a syllable that does not begin with ㄱ, ㄷ, ㅂ, ㅅ or ㅈ as it is."""
    onset, rest = divmod(ord(syllable) - 0xAC00, 588)
    return chr(0xAC00 + (onset + 1) * 588 + rest) if onset in (0, 3, 7, 9, 12) else syllable


def _ends_in_l(syllable: str) -> bool:
    return (ord(syllable) - 0xAC00) % 28 == 8


def _tensed_stem(match: re.Match[str]) -> str:
    clash = _STEM_CLASHES.match(match.string, match.start())
    return match.group() if clash else match[1] + tensed(match[2])


def _after_adnominal(match: re.Match[str]) -> str:
    if not _ends_in_l(match.string[match.start() - 1]):
        return match.group()
    return f" {tensed(match[1][0])}{match[1][1:]}"


def _ending(match: re.Match[str]) -> str:
    said = match.group()
    return said[0] + tensed(said[1]) + said[2:] if _ends_in_l(said[0]) else said


def _with_ui(match: re.Match[str]) -> str:
    """Rule 5: 의 that is not first is said 이, the particle 에."""
    word = match.group()
    if "의" not in word[1:]:
        return word
    last = word[-1:]
    noun = word[-2:] in _NOUNS_IN_UI and (len(word) == 2 or word[-2:] != "의의")
    if last == "의" and not noun:
        last = "에"
    return word[0] + word[1:-1].replace("의", "이") + last.replace("의", "이")
