//! What of the report is covered: every technique and every indicator ends somewhere.

use bartizan::{Analysis, ObservableKind, Verdict};

use crate::{Detection, atomic, draft::Refused};

/// Where a technique of the report ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Index into the analysis' techniques.
    pub technique: usize,
    /// Indexes of the generated rules that belong to it.
    pub rules: Vec<usize>,
    /// Log sources of those rules, each once.
    pub log_sources: Vec<String>,
}

/// Why an indicator is matched by no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undetectable {
    /// Index into the analysis' observables.
    pub observable: usize,
    /// In words.
    pub reason: String,
}

pub(crate) fn techniques(analysis: &Analysis, rules: &[Detection]) -> Vec<Account> {
    (0..analysis.techniques.len())
        .map(|technique| {
            let with = rules.iter().enumerate().filter(|(_, r)| r.techniques.contains(&technique));
            let rules: Vec<usize> = with.clone().map(|(index, _)| index).collect();
            let mut log_sources: Vec<String> = with.map(|(_, r)| r.log_source.name()).collect();
            log_sources.sort();
            log_sources.dedup();
            Account { technique, rules, log_sources }
        })
        .collect()
}

pub(crate) fn indicators(analysis: &Analysis, rules: &[Detection], refused: &[Refused]) -> Vec<Undetectable> {
    let all = analysis.observables.iter().enumerate();
    all.filter(|(_, o)| o.verdict == Verdict::Indicator)
        .filter(|(index, _)| !rules.iter().any(|r| r.observables.contains(index)))
        .map(|(observable, o)| {
            let told = refused.iter().find(|r| r.observables.contains(&observable));
            let reason = match told {
                Some(refused) => refused.reason.clone(),
                None if atomic::is_shared(o) => {
                    "a name that many use: its addresses are looked for, not the name".to_owned()
                }
                None => why(o.kind).to_owned(),
            };
            Undetectable { observable, reason }
        })
        .collect()
}

fn why(kind: ObservableKind) -> &'static str {
    use ObservableKind as K;
    match kind {
        K::Email => "no log source of Sigma holds senders of mail",
        K::Sha224 | K::Sha384 | K::Sha512 | K::Ssdeep | K::Tlsh | K::Authentihash => {
            "event logs do not hold hashes of this kind; scan files for them"
        }
        K::Btc | K::Eth | K::Xmr | K::Wallet => "payments leave no trace in logs of systems or networks",
        K::Mutex => "no common log source records named objects",
        K::Npm | K::Pypi | K::AndroidPackage => "compare with the inventory of installed packages",
        K::Cve | K::Ghsa | K::Cpe => "compare with the inventory of software",
        K::Telegram | K::Handle | K::TrackingId => "seen in the content of traffic only",
        K::YaraRule | K::SigmaRule => "a rule of the report's own; run it as it stands",
        kind if atomic::has(kind) => "nothing of it can be asked for in a log",
        _ => "no log source of Sigma holds values of this kind",
    }
}
