//! Words of a sentence, with observables masked by class.
//!
//! One tokeniser serves the name index, the context rules and the trained model, in training and in use, so
//! that they can never disagree about what a word is. A URL, a hash or an address says *that* something stands
//! there, never what: a model must not learn one report's domains. File names and the parts of paths and
//! registry keys stay readable, because `rundll32.exe` and `CurrentVersion\Run` are what techniques look like.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A word.
    Word,
    /// A file name; its hash is that of the lower-case name.
    File,
    /// A part of a path or registry key, after the token for the whole.
    Part,
    /// A whole path.
    Path,
    /// A whole registry key.
    Registry,
    /// URL.
    Url,
    /// Domain name.
    Domain,
    /// Hex digest.
    Digest,
    /// IP address.
    Address,
    /// Mail address.
    Email,
    /// CVE id.
    Cve,
    /// ATT&CK or ATLAS id.
    TechniqueId,
    /// Number, version.
    Number,
    /// Something unreadable: encoded data, long identifiers.
    Opaque,
}

impl Class {
    /// What stands for a masked token: a hash that no word has, and the name shown to readers.
    pub fn mask(self) -> Option<(u32, &'static str)> {
        let name = match self {
            Self::Word | Self::Part | Self::File => return None,
            Self::Path => "<path>",
            Self::Registry => "<registry key>",
            Self::Url => "<url>",
            Self::Domain => "<domain>",
            Self::Digest => "<hash>",
            Self::Address => "<address>",
            Self::Email => "<mail address>",
            Self::Cve => "<cve>",
            Self::TechniqueId => "<technique id>",
            Self::Number => "<number>",
            Self::Opaque => "<data>",
        };
        Some((hash(name.as_bytes()), name))
    }
}

/// One token of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// First byte in the text.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Hash of the stemmed lower-case form, or of the class.
    pub hash: u32,
    /// What it is.
    pub class: Class,
}

/// FNV-1a with a final mix, so that both halves of the value are usable.
pub const fn hash(bytes: &[u8]) -> u32 {
    let mut h: u32 = 0x811c_9dc5;
    let mut i = 0;
    while i < bytes.len() {
        h = (h ^ bytes[i] as u32).wrapping_mul(0x0100_0193);
        i += 1;
    }
    mix(h)
}

/// Murmur3's finaliser.
const fn mix(mut h: u32) -> u32 {
    h ^= h >> 16;
    h = h.wrapping_mul(0x85eb_ca6b);
    h ^= h >> 13;
    h = h.wrapping_mul(0xc2b2_ae35);
    h ^ (h >> 16)
}

/// The hash of two tokens in sequence.
pub fn pair(first: u32, second: u32) -> u32 {
    mix(first.rotate_left(7) ^ second.wrapping_mul(0x9e37_79b1) ^ 0x5bd1_e995)
}

/// A longer piece without white space is data, not prose.
const LONGEST_CHUNK: usize = 256;
/// Longest word that is looked at; longer ones are opaque.
const LONGEST_WORD: usize = 40;

/// Appends the tokens of `text` to `out`, with offsets from the start of `text`.
pub fn tokenize(text: &str, out: &mut Vec<Token>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] <= b' ' {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len() && bytes[at] > b' ' {
            at += 1;
        }
        // ASCII white space only, so both ends are character boundaries.
        if let Some(chunk) = text.get(start..at) {
            chunk_tokens(chunk, start, out);
        }
    }
}

/// Public services by the host names that attackers and reports use: which service it is says what is done there.
/// Sorted; a host counts with everything below it.
const SERVICES: &[&str] = &[
    "anonfiles.com",
    "anydesk.com",
    "api.ipify.org",
    "api.telegram.org",
    "bashupload.com",
    "bit.ly",
    "checkip.amazonaws.com",
    "checkip.dyndns.org",
    "cloudflare-dns.com",
    "dns.google",
    "docs.google.com",
    "drive.google.com",
    "dropbox.com",
    "duckdns.org",
    "file.io",
    "freegeoip.app",
    "freegeoip.net",
    "gist.github.com",
    "github.com",
    "gofile.io",
    "graph.microsoft.com",
    "icanhazip.com",
    "ident.me",
    "ifconfig.co",
    "ifconfig.me",
    "ip-api.com",
    "ipecho.net",
    "ipify.org",
    "ipinfo.io",
    "ipwho.is",
    "is.gd",
    "mega.io",
    "mega.nz",
    "myip.dnsomatic.com",
    "ngrok.io",
    "no-ip.com",
    "no-ip.org",
    "onedrive.live.com",
    "paste.ee",
    "pastebin.com",
    "pastecode.io",
    "pcloud.com",
    "portmap.io",
    "raw.githubusercontent.com",
    "rentry.co",
    "sendspace.com",
    "steamcommunity.com",
    "t.me",
    "temp.sh",
    "tempsend.com",
    "tinyurl.com",
    "transfer.sh",
    "trycloudflare.com",
    "ufile.io",
    "wasabisys.com",
    "webhook.site",
    "wetransfer.com",
    "whatismyip.com",
    "workers.dev",
    "wtfismyip.com",
];

/// Longest host that is compared with [`SERVICES`].
const LONGEST_HOST: usize = 64;

/// The mark of a URL or domain of a known public service; none for any other host.
fn service(core: &str) -> Option<u32> {
    let rest = core.split_once("://").map_or(core, |(_, rest)| rest);
    let mut host = [0u8; LONGEST_HOST];
    let mut n = 0;
    for b in rest.bytes() {
        match b {
            b'[' | b']' | b'(' | b')' | b'{' | b'}' => continue,
            b'.' | b'-' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {}
            _ => break,
        }
        *host.get_mut(n)? = b.to_ascii_lowercase();
        n += 1;
    }
    let host = host.get(..n)?;
    // From the end, label by label, so that one pass meets every name the host lies below.
    let mut h = BACKWARD;
    let mut found = None;
    for at in (0..host.len()).rev() {
        h = backward(h, host[at]);
        if (at == 0 || host[at - 1] == b'.')
            && SERVICE_FILTER.may_hold(h)
            && let Ok(name) = std::str::from_utf8(&host[at..])
            && SERVICES.binary_search(&name).is_ok()
        {
            found = Some(pair(hash(b"<service>"), hash(name.as_bytes())));
        }
    }
    found
}

/// Start of a hash that is fed from the end of a name.
const BACKWARD: u32 = 0x811c_9dc5;

const fn backward(h: u32, byte: u8) -> u32 {
    let h = (h ^ byte as u32).wrapping_mul(0x0100_0193);
    h ^ (h >> 15)
}

const SERVICE_FILTER: Filter = {
    let mut filter = Filter([0; 16]);
    let mut i = 0;
    while i < SERVICES.len() {
        let name = SERVICES[i].as_bytes();
        let (mut h, mut at) = (BACKWARD, name.len());
        while at > 0 {
            at -= 1;
            h = backward(h, name[at]);
        }
        filter = filter.with(h);
        i += 1;
    }
    filter
};

/// A URL or domain: its class, unless it belongs to a service that means something.
fn push_host(out: &mut Vec<Token>, start: usize, core: &str, class: Class) {
    push(out, start, start + core.len(), class);
    if let (Some(mark), Some(last)) = (service(core), out.last_mut()) {
        last.hash = mark;
    }
}

fn push(out: &mut Vec<Token>, start: usize, end: usize, class: Class) {
    let hash = class.mask().map_or(0, |(h, _)| h);
    out.push(Token { start: start as u32, end: end as u32, hash, class });
}

fn chunk_tokens(chunk: &str, base: usize, out: &mut Vec<Token>) {
    let b = chunk.as_bytes();
    if b.iter().all(u8::is_ascii_alphabetic) && b.len() <= LONGEST_WORD {
        out.push(word(chunk, base));
        return;
    }
    // Markdown links: the words, then the target.
    if let Some(cut) = memchr::memmem::find(b, b"](") {
        chunk_tokens(&chunk[..cut], base, out);
        let target = &chunk[cut + 2..];
        let close = target.find(')').unwrap_or(target.len());
        push(out, base + cut + 2, base + cut + 2 + close, Class::Url);
        if let Some(rest) = target.get(close..)
            && rest.len() > 1
        {
            chunk_tokens(rest, base + cut + 2 + close, out);
        }
        return;
    }
    let is_edge = |c: char| {
        matches!(
            c,
            '(' | ')'
                | '['
                | ']'
                | '{'
                | '}'
                | '<'
                | '>'
                | ','
                | ';'
                | ':'
                | '!'
                | '?'
                | '"'
                | '\''
                | '`'
                | '*'
                | '“'
                | '”'
                | '‘'
                | '’'
                | '«'
                | '»'
                | '|'
        )
    };
    let left = chunk.trim_start_matches(is_edge);
    let base = base + (chunk.len() - left.len());
    let core = left.trim_end_matches(|c| is_edge(c) || c == '.' || c == '…');
    if core.is_empty() {
        return;
    }
    let end = base + core.len();
    if core.len() > LONGEST_CHUNK {
        let class =
            if memchr::memmem::find(core.as_bytes(), b"://").is_some() { Class::Url } else { Class::Opaque };
        push(out, base, end, class);
        return;
    }
    match classify(core) {
        Kind::Words => words(core, base, out),
        Kind::One(class @ (Class::Url | Class::Domain)) => push_host(out, base, core, class),
        Kind::One(class) => push(out, base, end, class),
        Kind::File => file(core, base, out),
        Kind::Path => {
            push(out, base, end, Class::Path);
            parts(core, base, out);
        }
        Kind::Registry => {
            push(out, base, end, Class::Registry);
            parts(core, base, out);
        }
    }
}

enum Kind {
    Words,
    One(Class),
    File,
    Path,
    Registry,
}

fn starts_with_ci(text: &[u8], prefix: &[u8]) -> bool {
    text.get(..prefix.len()).is_some_and(|t| t.eq_ignore_ascii_case(prefix))
}

fn classify(core: &str) -> Kind {
    let b = core.as_bytes();
    let (mut dots, mut slashes, mut backslashes, mut at, mut brackets) = (0, 0, 0, false, false);
    let (mut digits, mut letters, mut hex, mut other) = (0usize, 0usize, 0usize, 0usize);
    for &c in b {
        match c {
            b'.' => dots += 1,
            b'/' => slashes += 1,
            b'\\' => backslashes += 1,
            b'@' => at = true,
            b'[' | b'(' | b'{' => brackets = true,
            _ => {}
        }
        if c.is_ascii_digit() {
            digits += 1;
            hex += 1;
        } else if c.is_ascii_alphabetic() {
            letters += 1;
            hex += usize::from(c.is_ascii_hexdigit());
        } else if c != b'.' && c != b':' {
            other += 1;
        }
    }
    if memchr::memmem::find(b, b"://").is_some()
        || starts_with_ci(b, b"hxxp")
        || starts_with_ci(b, b"www.")
        || starts_with_ci(b, b"http:")
    {
        return Kind::One(Class::Url);
    }
    if starts_with_ci(b, b"hkey_") || starts_with_ci(b, b"hklm") || starts_with_ci(b, b"hkcu") {
        return Kind::Registry;
    }
    if backslashes > 0 {
        let registry = ["software\\", "system\\", "currentversion\\", "currentcontrolset\\"]
            .iter()
            .any(|key| starts_with_ci(b, key.as_bytes()));
        return if registry { Kind::Registry } else { Kind::Path };
    }
    if starts_with_ci(b, b"cve-") && digits >= 5 {
        return Kind::One(Class::Cve);
    }
    if at && dots > 0 && letters > 3 {
        return Kind::One(Class::Email);
    }
    if hex == b.len() && digits > 0 && letters > 0 && matches!(b.len(), 32 | 40 | 56 | 64 | 96 | 128) {
        return Kind::One(Class::Digest);
    }
    if technique_id(b) {
        return Kind::One(Class::TechniqueId);
    }
    let defanged = brackets
        && [&b"[.]"[..], b"(.)", b"{.}", b"[dot]", b"(dot)"]
            .iter()
            .any(|d| memchr::memmem::find(b, d).is_some());
    if letters == 0 && digits > 0 {
        return Kind::One(if dots >= 3 || (defanged && digits >= 4) {
            Class::Address
        } else {
            Class::Number
        });
    }
    if defanged {
        return Kind::One(if slashes > 0 { Class::Url } else { Class::Domain });
    }
    if (b[0] == b'/' || starts_with_ci(b, b"~/") || b[0] == b'%')
        && letters > 1
        && (slashes > 1 || b[0] == b'%')
    {
        return Kind::Path;
    }
    if dots > 0
        && let Some((stem, extension)) = core.rsplit_once('.')
    {
        if is_extension(extension) && !stem.is_empty() && slashes == 0 {
            return Kind::File;
        }
        if slashes > 1 && is_extension(extension) {
            return Kind::Path;
        }
        let hostlike = core.is_ascii()
            && stem.len() > 1
            && other == core.bytes().filter(|&c| c == b'-').count()
            && (2..=12).contains(&extension.len())
            && extension.bytes().all(|c| c.is_ascii_lowercase())
            && !core.contains("..");
        if hostlike && letters > 3 {
            return Kind::One(Class::Domain);
        }
        if digits > 0 && letters <= 1 {
            return Kind::One(Class::Number);
        }
    }
    Kind::Words
}

/// `T1059`, `T1059.001`, `T1059/001`, `AML.T0051`.
fn technique_id(b: &[u8]) -> bool {
    let b = b.strip_prefix(b"AML.").unwrap_or(b);
    let Some(rest) = b.strip_prefix(b"T") else { return false };
    let number = |d: &[u8]| d.iter().all(u8::is_ascii_digit);
    match rest.len() {
        4 => number(rest),
        8 => number(&rest[..4]) && matches!(rest[4], b'.' | b'/') && number(&rest[5..]),
        _ => false,
    }
}

/// File extensions that make a token a file name.
fn is_extension(text: &str) -> bool {
    const KNOWN: &[&str] = &[
        "7z", "apk", "app", "asp", "aspx", "bak", "bash", "bat", "bin", "bmp", "cab", "chm", "cmd", "conf",
        "cpl", "csv", "dat", "db", "dex", "dll", "dmg", "dmp", "doc", "docm", "docx", "dotm", "dylib", "elf",
        "exe", "gif", "gz", "hta", "htm", "html", "img", "inf", "ini", "iso", "jar", "jpeg", "jpg", "js",
        "jse", "json", "jsp", "kdbx", "lnk", "log", "lua", "mht", "msc", "msi", "msp", "ocx", "one", "ost",
        "pdf", "php", "pif", "plist", "png", "ppt", "pptx", "ps1", "pst", "py", "pyc", "rar", "reg", "rtf",
        "scr", "sct", "sh", "sln", "so", "sql", "svg", "sys", "tar", "tmp", "ttf", "txt", "url", "vbe",
        "vbs", "vhd", "vhdx", "wsf", "xll", "xls", "xlsb", "xlsm", "xlsx", "xml", "xsl", "zip",
    ];
    const PACKED: [u64; KNOWN.len()] = {
        let mut packed = [0; KNOWN.len()];
        let mut i = 0;
        while i < KNOWN.len() {
            packed[i] = pack(KNOWN[i].as_bytes());
            i += 1;
        }
        packed
    };
    (2..=5).contains(&text.len()) && PACKED.binary_search(&pack(text.as_bytes())).is_ok()
}

/// A short name in lower case as one number, which sorts as the name does.
const fn pack(name: &[u8]) -> u64 {
    let mut packed = 0u64;
    let mut i = 0;
    while i < name.len() && i < 8 {
        packed |= (name[i].to_ascii_lowercase() as u64) << (56 - 8 * i);
        i += 1;
    }
    packed
}

fn lower_hash(text: &str) -> u32 {
    let mut buffer = [0u8; LONGEST_CHUNK];
    let n = text.len().min(LONGEST_CHUNK);
    for (to, from) in buffer.iter_mut().zip(text.bytes()) {
        *to = from.to_ascii_lowercase();
    }
    hash(&buffer[..n])
}

fn file(name: &str, base: usize, out: &mut Vec<Token>) {
    out.push(Token {
        start: base as u32,
        end: (base + name.len()) as u32,
        hash: lower_hash(name),
        class: Class::File,
    });
}

/// Names inside a path or key.
fn parts(core: &str, base: usize, out: &mut Vec<Token>) {
    let mut at = 0;
    for piece in core.split(['\\', '/']) {
        let start = base + at;
        at += piece.len() + 1;
        let name = piece.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let start = start + piece.find(name).unwrap_or(0);
        if name.len() < 2 || name.len() > 40 {
            continue;
        }
        match name.rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() && is_extension(extension) => file(name, start, out),
            _ => out.push(Token {
                start: start as u32,
                end: (start + name.len()) as u32,
                hash: lower_hash(name),
                class: Class::Part,
            }),
        }
    }
}

/// Words between characters that are neither letters nor digits.
fn words(core: &str, base: usize, out: &mut Vec<Token>) {
    let mut start = None;
    for (at, c) in core.char_indices() {
        let apostrophe = matches!(c, '\'' | '’');
        if c.is_alphanumeric() {
            start.get_or_insert(at);
            continue;
        }
        if let Some(from) = start.take() {
            one_word(&core[from..at], base + from, out);
        }
        // "Microsoft's": the s says nothing.
        if apostrophe && matches!(core.get(at + c.len_utf8()..), Some("s" | "S")) {
            return;
        }
    }
    if let Some(from) = start {
        one_word(&core[from..], base + from, out);
    }
}

fn one_word(text: &str, base: usize, out: &mut Vec<Token>) {
    let b = text.as_bytes();
    let digits = b.iter().filter(|c| c.is_ascii_digit()).count();
    if digits == b.len() {
        push(out, base, base + text.len(), Class::Number);
    } else if technique_id(b) {
        push(out, base, base + text.len(), Class::TechniqueId);
    } else if b.len() > LONGEST_WORD || (b.len() > 12 && digits * 4 > b.len()) {
        push(out, base, base + text.len(), Class::Opaque);
    } else {
        out.push(word(text, base));
    }
}

fn word(text: &str, base: usize) -> Token {
    Token { start: base as u32, end: (base + text.len()) as u32, hash: stem_hash(text), class: Class::Word }
}

/// Hash of the stem of a word, or of its base form if it is irregular.
pub(super) fn stem_hash(text: &str) -> u32 {
    let mut buffer = [0u8; LONGEST_WORD];
    let n = text.len().min(LONGEST_WORD);
    for (to, from) in buffer.iter_mut().zip(text.bytes()) {
        *to = from.to_ascii_lowercase();
    }
    let stem = stem(&mut buffer, n);
    let own = hash(stem);
    if !IRREGULAR_FILTER.may_hold(own) {
        return own;
    }
    match IRREGULAR.binary_search_by(|(form, _)| form.as_bytes().cmp(stem)) {
        Ok(at) => IRREGULAR.get(at).map_or(own, |(_, base)| hash(base.as_bytes())),
        Err(_) => own,
    }
}

/// One bit for some of a hash: most words are in no table, and this says so at once.
struct Filter([u64; 16]);

impl Filter {
    const fn with(mut self, hash: u32) -> Self {
        let bit = hash & 1023;
        self.0[(bit >> 6) as usize] |= 1 << (bit & 63);
        self
    }

    fn may_hold(&self, hash: u32) -> bool {
        let bit = hash & 1023;
        self.0[(bit >> 6) as usize] & (1 << (bit & 63)) != 0
    }
}

const IRREGULAR_FILTER: Filter = {
    let mut filter = Filter([0; 16]);
    let mut i = 0;
    while i < IRREGULAR.len() {
        filter = filter.with(hash(IRREGULAR[i].0.as_bytes()));
        i += 1;
    }
    filter
};

/// Forms that no ending explains, as [`stem`] leaves them, and the stem of their base. Sorted.
const IRREGULAR: &[(&str, &str)] = &[
    ("becam", "becom"),
    ("began", "begin"),
    ("begun", "begin"),
    ("bought", "buy"),
    ("brok", "break"),
    ("broken", "break"),
    ("brought", "bring"),
    ("built", "build"),
    ("chos", "choos"),
    ("chosen", "choos"),
    ("drawn", "draw"),
    ("found", "find"),
    ("gav", "giv"),
    ("given", "giv"),
    ("got", "get"),
    ("held", "hold"),
    ("hidden", "hid"),
    ("kept", "keep"),
    ("lost", "los"),
    ("mad", "mak"),
    ("ran", "run"),
    ("sent", "send"),
    ("shown", "show"),
    ("sold", "sell"),
    ("stol", "steal"),
    ("stolen", "steal"),
    ("taken", "tak"),
    ("took", "tak"),
    ("used", "use"),
    ("using", "use"),
    ("went", "go"),
    ("written", "writ"),
    ("wrot", "writ"),
];

/// Strips plural, `-ed`, `-ing` and a last `e`, so that "downloads", "downloaded" and "downloading" agree. It
/// is coarse on purpose: what matters is that equal words stay equal.
fn stem(buffer: &mut [u8; LONGEST_WORD], mut n: usize) -> &[u8] {
    let vowel = |b: &[u8]| b.iter().any(|c| matches!(c, b'a' | b'e' | b'i' | b'o' | b'u' | b'y'));
    if n > 4 && buffer[..n].ends_with(b"ies") {
        n -= 2;
        buffer[n - 1] = b'y';
    } else if n > 3 && buffer[n - 1] == b's' && !matches!(buffer[n - 2], b's' | b'u' | b'i') {
        n -= 1;
    }
    let cut = if n > 5 && buffer[..n].ends_with(b"ing") {
        3
    } else if n > 4 && buffer[..n].ends_with(b"ed") && buffer[n - 3] != b'e' {
        2
    } else {
        0
    };
    if cut > 0 && n - cut >= 3 && vowel(&buffer[..n - cut]) {
        n -= cut;
        let last = buffer[n - 1];
        if n > 3 && last == buffer[n - 2] && !matches!(last, b'l' | b's' | b'z' | b'e' | b'o') {
            n -= 1;
        }
    }
    if n > 3 && buffer[n - 1] == b'e' {
        n -= 1;
    }
    &buffer[..n]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let mut out = Vec::new();
        tokenize(text, &mut out);
        out.iter()
            .map(|t| match t.class.mask() {
                Some((_, name)) => name.to_owned(),
                None => text[t.start as usize..t.end as usize].to_owned(),
            })
            .collect()
    }

    #[test]
    fn observables_are_masked_and_words_are_not() {
        for (text, expected) in [
            ("It calls hxxps://bad[.]example/a.", "It calls <url>"),
            ("resolves evil[.]example, then 192.0.2.7:443", "resolves <domain> then <address>"),
            ("hash d41d8cd98f00b204e9800998ecf8427e (MD5)", "hash <hash> MD5"),
            ("runs rundll32.exe from C:\\Temp\\x.dll", "runs rundll32.exe from <path> Temp x.dll"),
            ("HKCU\\Software\\Run holds it", "<registry key> HKCU Software Run holds it"),
            ("see [the page](https://example.org/x), now", "see the page <url> now"),
            ("Valid Accounts [T1078] and T1059/001", "Valid Accounts <technique id> and <technique id>"),
            ("drive-by and/or TCP/IP", "drive by and or TCP IP"),
            ("in 2021 v1.2.3 CVE-2021-44228", "in <number> <number> <cve>"),
            ("/etc/passwd mail a@b.example", "<path> etc passwd mail <mail address>"),
        ] {
            assert_eq!(shown(text).join(" "), expected, "{text}");
        }
    }

    #[test]
    fn forms_of_a_word_agree() {
        let one = |text: &str| {
            let mut out = Vec::new();
            tokenize(text, &mut out);
            out[0].hash
        };
        for group in [
            &["download", "downloads", "Downloaded", "downloading"][..],
            &["execute", "executes", "executed", "executing"],
            &["scan", "scanning", "scanned"],
            &["query", "queries", "queried"][..2],
            &["process", "processes"],
            &["masquerade", "masquerading"],
            &["move", "moves", "moved", "moving"],
            &["use", "uses", "used", "using"],
            &["hide", "hides", "hid", "hidden", "hiding"],
            &["write", "writes", "wrote", "written", "writing"],
        ] {
            assert!(group.iter().all(|w| one(w) == one(group[0])), "{group:?}");
        }
        assert_ne!(one("string"), one("str"));
    }

    #[test]
    fn a_known_service_keeps_its_name() {
        let one = |text: &str| {
            let mut out = Vec::new();
            tokenize(text, &mut out);
            (out[0].class, out[0].hash)
        };
        let paste = one("hxxps://pastebin[.]com/raw/x");
        assert_eq!(paste.0, Class::Url);
        assert_eq!(one("https://www.pastebin.com/").1, paste.1);
        assert_eq!(one("pastebin.com"), (Class::Domain, paste.1));
        assert_eq!(one("evil.example.com").1, one("other.example.org").1);
        assert_ne!(one("notpastebin.com").1, paste.1);
        assert!(SERVICES.is_sorted());
    }

    #[test]
    fn irregular_forms_meet_their_base() {
        for pair in [
            ["stolen", "stealing"],
            ["sent", "sending"],
            ["gave", "gives"],
            ["given", "giving"],
            ["made", "making"],
            ["taken", "take"],
            ["ran", "running"],
            ["stole", "steals"],
            ["wrote", "write"],
            ["broke", "breaking"],
            ["chose", "choose"],
            ["became", "become"],
            ["hid", "hides"],
            ["written", "writing"],
            ["hidden", "hiding"],
            ["took", "taking"],
        ] {
            assert_eq!(stem_hash(pair[0]), stem_hash(pair[1]), "{pair:?}");
        }
        assert!(IRREGULAR.is_sorted());
    }

    #[test]
    fn extensions_are_sorted() {
        assert!(is_extension("EXE") && is_extension("zip") && is_extension("7z") && !is_extension("com"));
    }
}
