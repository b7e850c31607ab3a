//! A labelled set of reports, made from a seed: flaws with the ways in which they are reported again, and flaws that only look alike.

mod alike;
pub mod dev;
pub mod material;
pub mod measure;
pub mod test;

use bartizan_clearinghouse::duplicate::{Credit, Report};
use material::{Kind, Material};

/// A report and the flaw it is about.
pub struct Labelled {
    pub report: Report,
    pub flaw: usize,
    /// How it was made, for the table of what is found.
    pub how: &'static str,
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n as u64) as usize
    }
    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
    fn percent(&mut self, n: usize) -> bool {
        self.below(100) < n
    }
}

/// What a flaw is.
#[derive(Clone)]
struct Flaw<'m> {
    kind: &'m Kind,
    project: &'m (&'m str, &'m str),
    path: String,
    function: String,
    called: String,
    variables: [String; 2],
    number: usize,
    cve: Option<String>,
    commit: Option<String>,
    /// Functions through which it is reached, shared within a file.
    callers: Vec<String>,
    line: u32,
}

pub struct Set<'m> {
    material: &'m Material,
    dice: Dice,
    reports: Vec<Labelled>,
    flaws: usize,
}

/// The set of a material, a seed, and how many flaws there are of the first kind (each brings others that look alike).
pub fn labelled(material: &Material, seed: u64, flaws: usize) -> Vec<Labelled> {
    let mut set = Set { material, dice: Dice(seed), reports: Vec::new(), flaws: 0 };
    for _ in 0..flaws {
        let flaw = set.flaw();
        set.again(&flaw);
        set.look_alikes(&flaw);
    }
    set.reports
}

impl<'m> Set<'m> {
    fn name(&mut self) -> String {
        let (verb, noun) = (*self.dice.of(self.material.verbs), *self.dice.of(self.material.nouns));
        let end = ["", "_all", "_from", "_next", "_raw", "_v2"];
        let end = *self.dice.of(&end);
        if noun.starts_with(char::is_uppercase) {
            format!("{verb}{noun}{}", end.replace('_', ""))
        } else {
            format!("{verb}_{noun}{end}")
        }
    }

    fn variables(&mut self) -> [String; 2] {
        let ends = ["", "_in", "_out", "_cur", "_max", "_tmp", "_ref", "_bak"];
        [(); 2].map(|()| format!("{}{}", self.dice.of(self.material.variables), self.dice.of(&ends)))
    }

    fn flaw(&mut self) -> Flaw<'m> {
        let material = self.material;
        let path = format!("{}/{}", self.dice.of(material.folders), self.dice.of(material.files));
        Flaw {
            kind: self.dice.of(material.kinds),
            project: self.dice.of(material.projects),
            path,
            function: self.name(),
            called: self.name(),
            variables: self.variables(),
            number: 100 + self.dice.below(60_000),
            cve: self.dice.percent(30).then(|| format!("CVE-2026-{}", 10_000 + self.dice.below(89_999))),
            commit: self
                .dice
                .percent(20)
                .then(|| (0..40).map(|_| format!("{:x}", self.dice.below(16))).collect()),
            callers: (0..4).map(|_| self.name()).collect(),
            line: 20 + self.dice.below(2000) as u32,
        }
    }

    /// The words with the names in place; some are left out, as who tells it in their own words does.
    fn fill(&mut self, flaw: &Flaw, text: &str, left_out: usize) -> String {
        let number = flaw.number.to_string();
        let file = flaw.path.rsplit('/').next().unwrap_or(&flaw.path).to_owned();
        let slots = [
            ("{v}", flaw.variables[0].as_str(), "a value"),
            ("{b}", flaw.variables[1].as_str(), "another"),
            ("{c}()", &format!("{}()", flaw.called), "the callee"),
            ("{n}", &number, "some"),
            ("{p}", &flaw.path, &file),
            ("{f}", &flaw.function, "the function"),
        ];
        slots.iter().fold(text.to_owned(), |text, (slot, name, vague)| {
            let left_out = if *slot == "{f}" { left_out / 2 } else { left_out };
            text.replace(slot, if self.dice.percent(left_out) { vague } else { name })
        })
    }

    fn trace(flaw: &Flaw, drift: u32, address: u64) -> String {
        let mut out =
            "==1==ERROR: AddressSanitizer\n    #0 0x4f1e in __asan_memcpy /llvm/asan.cpp:63:3\n".to_owned();
        let functions = [&flaw.called, &flaw.function].into_iter().chain(&flaw.callers);
        for (at, function) in functions.enumerate() {
            let line = flaw.line + drift + at as u32 * 7;
            out += &format!(
                "    #{} 0x{:x} in {function} /build/{}/{}:{line}:5\n",
                at + 1,
                address + at as u64 * 64,
                flaw.project.1,
                flaw.path
            );
        }
        out + "    #9 0x1 in LLVMFuzzerTestOneInput /fuzz/target.cc:9:1\n    #10 0x2 in main /fuzz/main.cc:1:1\n"
    }

    fn base(&mut self, flaw: &Flaw) -> Report {
        let number = self.reports.len();
        let names = [
            "Åsa Lindqvist",
            "J. \"Root\" O'Neil",
            "团队 Deep Reef",
            "fuzzer-7 <bot@example.org>",
            "Zoë & Max",
        ];
        Report {
            id: format!("r{number:05}"),
            credits: vec![Credit(format!("{} ({number})", self.dice.of(&names)))],
            product: flaw.project.0.to_owned(),
            upstream: flaw.cve.iter().filter(|_| self.dice.percent(80)).cloned().collect(),
            fixed_by: flaw.commit.clone().filter(|_| self.dice.percent(70)),
            cwe: Some(flaw.kind.cwe),
            path: Some(flaw.path.clone()),
            symbol: Some(flaw.function.clone()),
            line: Some(flaw.line),
            title: self.fill(flaw, flaw.kind.titles[0], 0),
            text: self.fill(flaw, flaw.kind.texts[0], 10),
            trace: (flaw.kind.crashes && self.dice.percent(50)).then(|| Self::trace(flaw, 0, 0x51_0000)),
        }
    }

    fn push(&mut self, report: Report, flaw: usize, how: &'static str) {
        self.reports.push(Labelled { report, flaw, how });
    }

    fn new_flaw(&mut self) -> usize {
        self.flaws += 1;
        self.flaws - 1
    }

    /// The report, and some of the ways in which it comes again.
    fn again(&mut self, flaw: &Flaw) {
        let label = self.new_flaw();
        let first = self.base(flaw);
        self.push(first, label, "first");
        for how in ["drift", "retitled", "relayed", "translated", "other weakness", "only text"] {
            if !self.dice.percent(45) {
                continue;
            }
            let mut report = self.base(flaw);
            match how {
                "drift" => self.drift(flaw, &mut report),
                "retitled" => self.retitled(flaw, &mut report),
                "relayed" => self.relayed(flaw, &mut report),
                "translated" => self.translated(flaw, &mut report),
                "other weakness" => {
                    self.retitled(flaw, &mut report);
                    report.cwe = Some(flaw.kind.family);
                }
                _ => {
                    self.retitled(flaw, &mut report);
                    (report.cwe, report.path, report.symbol, report.trace) = (None, None, None, None);
                    (report.upstream, report.fixed_by) = (Vec::new(), None);
                }
            }
            self.push(report, label, how);
        }
    }

    fn drift(&mut self, flaw: &Flaw, report: &mut Report) {
        let drift = 1 + self.dice.below(40) as u32;
        report.line = Some(flaw.line + drift);
        report.product = format!("{}@2.{}", flaw.project.0, self.dice.below(9));
        report.trace = report.trace.as_ref().map(|_| Self::trace(flaw, drift, 0x7f_0000));
        let before =
            [format!("/home/ci/{}/", flaw.project.1), "./".to_owned(), "a/".to_owned(), String::new()];
        report.path = Some(format!("{}{}", self.dice.of(&before), flaw.path));
    }

    fn retitled(&mut self, flaw: &Flaw, report: &mut Report) {
        self.drift(flaw, report);
        report.title = self.fill(flaw, flaw.kind.titles[1], 0);
        report.text = self.fill(flaw, flaw.kind.texts[1], 30);
        let written = [
            format!("{}()", flaw.function),
            format!("{}::{}", flaw.project.1.replace('-', "_"), flaw.function),
            flaw.function.clone(),
        ];
        report.symbol = Some(self.dice.of(&written).clone());
    }

    fn relayed(&mut self, flaw: &Flaw, report: &mut Report) {
        self.drift(flaw, report);
        let (before, after) = (*self.dice.of(self.material.before), *self.dice.of(self.material.after));
        report.text = format!("{before}\n> {}\n{after}", report.text);
        report.title = format!("FWD: {}", report.title);
        // The relay knows the project by its name, or by another kind of package.
        let mirror = format!("pkg:github/mirror/{}", flaw.project.1);
        report.product = if self.dice.percent(30) { mirror } else { flaw.project.1.to_owned() };
        if self.dice.percent(30) {
            report.path =
                report.path.take().map(|path| path.rsplit('/').next().unwrap_or_default().to_owned());
        }
        report.cwe = report.cwe.filter(|_| self.dice.percent(50));
        report.path = report.path.take().filter(|_| self.dice.percent(50));
        report.symbol = report.symbol.take().filter(|_| self.dice.percent(70));
        report.credits.push(Credit(format!("second finder, {}", report.id)));
    }

    fn translated(&mut self, flaw: &Flaw, report: &mut Report) {
        self.drift(flaw, report);
        let (title, text) = *self.dice.of(flaw.kind.foreign);
        (report.title, report.text) = (self.fill(flaw, title, 30), self.fill(flaw, text, 30));
        report.cwe = report.cwe.filter(|_| self.dice.percent(70));
        report.symbol = report.symbol.take().filter(|_| self.dice.percent(70));
    }
}
