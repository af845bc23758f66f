"""Texts whose ids text.py records."""

# With the ids of OpenAI's own tokeniser, which repairs and unescapes text first.
APPENDIX_A = [
    ("a photo of a cat.", [49406, 320, 1125, 539, 320, 2368, 269, 49407]),
    ("This is a photo of a dog.", [49406, 589, 533, 320, 1125, 539, 320, 1929, 269, 49407]),
    ("Hello, WORLD!!  it's 2024 &amp; café — naïve",
     [49406, 3306, 267, 1002, 748, 585, 568, 273, 271, 273, 275, 261, 15304, 2005, 1097, 35689,
      563, 49407]),
    ("don't we'll I'M 100% ",
     [49406, 847, 713, 649, 1342, 328, 880, 272, 271, 271, 260, 49407]),
    ("日本語テスト", [49406, 39121, 44353, 34002, 252, 2429, 228, 32421, 486, 49407]),
    ("👍🏽 emoji", [49406, 43722, 16327, 49407]),
    ("a_b-c/d.e", [49406, 320, 318, 321, 268, 322, 270, 323, 269, 324, 49407]),
    ("\u200bzero\u00a0width", [49406, 9844, 5848, 23571, 49407]),
    ("L'été, ﬁne “quotes”", [49406, 331, 262, 3459, 39694, 267, 3797, 257, 5808, 257, 49407]),
    ("", [49406, 49407]),
    ("<|startoftext|> hi", [49406, 49406, 1883, 49407]),
]

CASES = [
    # English, and what the splitter does with apostrophes
    "a", "I", "the quick brown fox jumps over the lazy dog", "A PHOTO OF A {}.", "photo",
    "a bad photo of the airplane.", "antidisestablishmentarianism", "supercalifragilistic-expialidocious",
    "it's", "IT'S", "they're we've I'm she'll he'd can't", "'s 't 're 've 'm 'll 'd", "''s", "'''re",
    "!'s", "x's's", "'S", "'", "''", "it’s don’t ‘quoted’", "rock'n'roll", "'story", "'real", "'mad",
    "'lla", "' s", "O'Neill's", "d'être", "\"double\" 'single'", "«guillemets» „low“",
    # digits and other numbers
    "0", "1234567890", "3.14159", "1,000,000", "2024-01-31", "a1b2c3", "x²+y³", "½ ¼ ⅔", "Ⅷ ⅷ ↂ",
    "٠١٢٣٤", "०१२३", "〇一二三", "𝟘𝟙𝟚", "①②③", "௧௨௩", "h2o", "100%", "$5.00", "€20", "#1", "n°5",
    # white space and invisible characters
    " ", "   ", "\t\n\r\x0b\x0c", " leading", "trailing ", "a  b\t\tc\n\nd", "a\u00a0b", "\u00a0",
    "a\u1680b\u2003c\u2028d\u2029e\u202ff\u205fg\u3000h", "a\u200bb", "\u200b", "a\ufeffb", "\ufeffbom",
    "a\u180eb", "a\u00adb", "a\u2060b", "a\u0085b", "a\x1cb\x1fc", "\u200ertl\u200f \u202edrawkcab\u202c",
    # control characters and NUL
    "\x00", "a\x00b", "\x00\x00\x00", "a\x01\x02\x03b", "\x7f", "\x1b[31mred\x1b[0m", "a\x80\x9fb",
    # accents, composed and not
    "café naïve résumé", "cafe\u0301", "nai\u0308ve", "CAFÉ", "CAFE\u0301", "Å Å A\u030a", "ệ ê\u0323 ẹ\u0302 e\u0323\u0302",
    "q\u0307\u0323", "q\u0323\u0307", "a\u0301\u0301\u0301", "\u0301", "\u0301a", "a \u0301", "1\u0301", "!\u0301",
    "\u0344", "\u0958", "ṩ", "s\u0307\u0323", "ﬁ ﬂ ﬀ", "Ω Ω", "K K", "\u1e9b\u0323", "ñ ç ø æ œ ł đ ð þ",
    "Ångström façade Übermensch smörgåsbord", "z̸̢a͜l͟g̕o҉", "\u09c7\u09be", "\u0f73", "a\u0301\u0f73\u0334",
    "\U00010041\u0334\u0301", "\U0001109a \U00011099\U000110ba", "\U0001d15e", "a\u07fd\u0334\u0301", "\U00011938 \U00011935\U00011930",
    # letter case
    "İstanbul", "I ı İ i", "ſ", "'ſ", "ß ẞ STRASSE", "ΑΒΓΣ", "ΌΣΟΣ ὈΔΥΣΣΕΎΣ", "Σ", "ΑΣ ΑΣ.", "ὙΠΈΡ", "ǅ Ǆ ǆ", "ᾈ ᾳ",
    "ᲐᲑᲒ აბგ", "Ა", "ᎠᎡᎢ ꭰꭱꭲ", "Ꭰ", "ᏸ Ᏸ", "ДОБРЫЙ день", "Ёлка ёлка", "ԱՐԵՒ", "𐐀𐐨", "Ⓐⓐ", "ＡＢｃ１２", "Ȿ Ɐ Ꞌ",
    # scripts
    "中文测试", "日本国", "漢字とカタカナとひらがな", "ガ カ\u3099 ｶﾞ", "한국어 텍스트", "\u1112\u1161\u11ab", "각 가\u11a8", "豈 \uf900", "𠮷野家",
    "مرحبا بالعالم", "שָׁלוֹם", "नमस्ते दुनिया", "สวัสดีชาวโลก", "தமிழ்", "ქართული", "አማርኛ", "ខ្មែរ", "မြန်မာ", "ཨོཾ", "Việt Nam",
    "привет мир", "Γειά σου Κόσμε", "中a文b1", "hello世界",
    # emoji
    "😀", "😀😃😄", "👍", "👍🏿", "👩‍👩‍👧‍👦", "👩🏽‍🚀 astronaut", "🇫🇷", "🇫🇷🇩🇪🇯🇵", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "❤️ ❤", "1️⃣", "☕️time", "🤷‍♀️!", "a😀b", "©®™",
    # special tokens in the text
    "<|startoftext|>", "<|endoftext|>", "<|startoftext|><|endoftext|>", "a<|endoftext|>b", "a <|endoftext|> b",
    "<|STARTOFTEXT|>", "<|EndOfText|>!", "!<|ENDOFTEXT|>", "<|STARTOFTEXT|>s", "<|startoftext", "<|startoftext| >", "<||startoftext|>",
    "<<|startoftext|>>", "<|", "|>", "startoftext", "</w>", "a</w>", "<|pad|>", "cafe<|endoftext|>\u0301",
    # punctuation and symbols
    "...", "?!?!", "--- *** ===", "a.b,c;d:e", "https://example.org/a?b=c&d=%20e", "user@example.org", "{}[]()<>", "&amp; &lt; &#39;", "\\n \\u0041",
    "C++ C# F#", "→ ← ⇒ ∀x∈ℝ", "∑∫√∞≠", "—–-‐", "…", "`code`", "~^|", "_under_score_", "¿Qué? ¡Sí!", "Ġ ġ Ń",
    # characters newer than the reference's tables
    "\u088f", "\U000187f8", "\U0001e6c0a", "a\U000323b0b", "\U0001faea", "\u0378", "\ue000", "\U000f0000", "\uffff", "\ufffd", "\U0010ffff",
]

# A text repeated so often: words without end, and texts of 100 kB.
LONG = [
    ("a", 100_000), ("ab", 50_000), ("hello", 20_000), ("A photo of a cat. ", 5_600), ("é", 50_000), ("e\u0301", 33_000),
    ("\u0301", 50_000), ("!?", 50_000), ("7", 100_000), (" ", 100_000), ("日本", 16_000), ("<|", 50_000), ("<|endoftext|>", 7_000),
]
