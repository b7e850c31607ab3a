//! All codes.

use crate::set::closed_set;

closed_set! {
    /// What sort of fault it is: what a caller answers with.
    Kind {
        /// Something has not the form or the value that it must have.
        Malformed = "malformed",
        /// Who asks may not.
        Forbidden = "forbidden",
        /// It does not fit what is there.
        Conflict = "conflict",
        /// Something that is named is not there.
        Unknown = "unknown",
        /// Something that is needed is missing.
        Missing = "missing",
        /// A budget or a limit is used up.
        Spent = "spent",
    }
}

macro_rules! codes {
    ($($name:ident: $kind:ident = $code:literal, $meaning:literal, $advice:literal;)+) => {
        /// Stable codes, e.g. `window.same-person`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $meaning] $name,)+ }
        impl Code {
            /// All codes.
            pub const ALL: &'static [Code] = &[$(Code::$name),+];
            /// The code.
            pub fn as_str(self) -> &'static str { match self { $(Self::$name => $code),+ } }
            /// What sort of fault it is.
            pub fn kind(self) -> Kind { match self { $(Self::$name => Kind::$kind),+ } }
            /// What it means.
            pub fn meaning(self) -> &'static str { match self { $(Self::$name => $meaning),+ } }
            /// What to do about it.
            pub fn advice(self) -> &'static str { match self { $(Self::$name => $advice),+ } }
        }
    };
}

codes! {
    MalformedId: Malformed = "programme.id", "no identifier", "small letters, digits and `-`, beginning with a letter, at most 64";
    MalformedName: Malformed = "programme.name", "no name", "visible ASCII without quotes, angle brackets and backslashes, at most 128 bytes";
    MalformedLine: Malformed = "programme.line", "no words on one line", "one line, not empty, at most 256 bytes, no control characters";
    MalformedWords: Malformed = "programme.words", "no words", "not empty, at most 8192 bytes, no control characters but line breaks and tabs";
    MalformedDigest: Malformed = "programme.digest", "no SHA-256", "64 hexadecimal digits in small letters, as sha256sum writes them";
    MalformedDay: Malformed = "programme.day", "no day", "write it as 2026-12-31";
    MalformedNetwork: Malformed = "programme.network", "no network", "write 192.0.2.0/24 or 2001:db8::/32, with no bit set behind the prefix";
    MalformedTechnique: Malformed = "programme.technique", "no technique", "write AML.T0051 or AML.T0051.000 for ATLAS, T1059 or T1059.001 for ATT&CK";
    MalformedKey: Malformed = "programme.key", "no Ed25519 key", "write `ssh-ed25519 AAAA…`, or 64 hexadecimal digits";
    MalformedSignature: Malformed = "programme.signature", "no signature", "64 bytes in hexadecimal or base64, or the whole file that ssh-keygen -Y sign wrote";
    RulesTooLong: Malformed = "rules.too-long", "the file is longer than is read", "leave out what is no rule";
    RulesSyntax: Malformed = "rules.syntax", "the file is no TOML", "see https://toml.io for its form";
    RulesMissing: Malformed = "rules.missing", "a key or table is missing", "add it; docs/programme-rules.md has all of them";
    RulesUnknown: Malformed = "rules.unknown", "nobody knows the key", "spell it as docs/programme-rules.md does, or leave it out";
    RulesType: Malformed = "rules.type", "the value is of another type", "write it as the message says";
    RulesValue: Malformed = "rules.value", "the value cannot be that", "docs/programme-rules.md has the values that can be";
    RulesTwice: Malformed = "rules.twice", "something is there twice", "leave one of them out";
    RulesReference: Malformed = "rules.reference", "it names something that the file has not", "add what it names, or name something else";
    RulesNobody: Malformed = "rules.nobody", "nobody may do the act", "name at least one role";
    RulesTwoPeople: Malformed = "rules.two-people", "two people could not be two, or need not be", "name roles that differ, as the message says";
    RulesOrder: Malformed = "rules.order", "the order is not one", "order levels and editions as the message says";
    AgreementTerms: Malformed = "agreement.terms", "the agreement is not what its kind wants", "see [[agreement]] in the programme's rules";
    SignatureNamespace: Malformed = "agreement.namespace", "the signature was made for something else", "sign with `ssh-keygen -Y sign -n bartizan-agreement`";
    BadSignature: Malformed = "agreement.signature", "no key of the party made the signature over this statement", "sign the statement as it is, byte for byte, with a registered key";
    SourceTerms: Malformed = "grant.sources", "the networks are not what the programme permits", "name the networks that calls come from, as narrow as [access] wants";
    BudgetTerms: Malformed = "grant.budget", "the budget is not what the level permits", "lower it to what [[level]] permits, with at least one call";
    GrantTime: Malformed = "grant.time", "the grant's time is not within the window and its level", "move it into the window, and make it no longer than the level permits";
    PlanSuite: Malformed = "plan.suite", "the programme does not measure the suite", "take a plan for a suite and version of [[suite]]";
    PlanEgress: Malformed = "plan.egress", "the programme does not permit the host", "name hosts of [egress]";
    PlanNumbers: Malformed = "plan.numbers", "a number of the plan is out of bounds", "see docs/programme-rules.md, plans";
    FindingRuns: Malformed = "finding.runs", "the finding names no run", "name the runs in which it was seen";
    FindingThirdParty: Malformed = "finding.third-party", "what may leave is missing, or has no business there", "describe it for its vendor in `third_party`, if it is in somebody else's software";
    FindingTranscript: Malformed = "finding.transcript", "words of a transcript would leave", "describe it in words of your own";
    RunLog: Malformed = "run.log", "a run without a log has no samples and is not valid", "record the digest of the log";
    EgressRecord: Malformed = "run.egress", "a line of the egress record is none", "write one JSON object a line: time, host, port, bytes";
    ReleaseNotAhead: Malformed = "window.release-not-ahead", "the day of release does not lie ahead", "name a later day, or end the window";
    ExtensionTooLong: Malformed = "window.extension-too-long", "the extensions are nothing, or longer than the programme allows", "extend by at least one day, and by what is left";
    BeginsLate: Malformed = "window.begins-late", "T0 lies further ahead than the programme allows", "begin earlier";
    NoRole: Forbidden = "window.no-role", "the person has not that role in the window", "act in a role that you have, or have it given to you";
    NotAllowed: Forbidden = "window.not-allowed", "the rules do not let that role do that", "see [acts] in the programme's rules";
    Separation: Forbidden = "window.separation", "one person may not have both roles", "give the role to somebody else";
    WrongSide: Forbidden = "window.wrong-side", "the role is not for people of that organisation", "give it to somebody of the right side";
    OtherOrganisation: Forbidden = "window.other-organisation", "the person is of another organisation in this window", "name the one they are of";
    NotSecond: Forbidden = "window.not-second", "the rules do not let that role be the second", "ask somebody with a role in `second` of the act";
    SamePerson: Forbidden = "window.same-person", "the second person is the first", "ask somebody else";
    NotProposer: Forbidden = "window.not-proposer", "somebody else proposed it", "refuse it, if you could have agreed";
    OwnRun: Forbidden = "run.own", "nobody vouches for their own run", "ask somebody else to judge it";
    OthersCertificate: Forbidden = "window.others-certificate", "the certificate is of another organisation", "certify for your own";
    NotDevelopers: Forbidden = "finding.not-developers", "a vulnerability in somebody else's software is not the developer's", "hand it over to the clearinghouse";
    BeyondLevel: Forbidden = "grant.beyond-level", "the access level does not permit that", "ask for less, or for a deeper level";
    SafeguardsOff: Forbidden = "grant.safeguards-off", "the access level does not permit a checkpoint with its safeguards off", "name another checkpoint, or a deeper level";
    CallRevoked: Forbidden = "call.revoked", "the grant was revoked", "ask the programme's manager";
    CallEarly: Forbidden = "call.early", "the grant has not begun", "wait";
    CallLate: Forbidden = "call.late", "the grant has ended", "ask for another one";
    CallWindow: Forbidden = "call.window", "the window does not run", "wait until it runs; if it has ended nobody calls any more";
    CallHolder: Forbidden = "call.holder", "the holder is no tester any more", "ask the programme's manager";
    CallAgreement: Forbidden = "call.agreement", "an agreement that access needs is not in force", "have it signed by everybody, or renewed";
    CallEndpoint: Forbidden = "call.endpoint", "the grant does not permit that", "call what the grant names";
    CallInternal: Forbidden = "call.internal", "the grant does not permit to see that", "ask for what the grant names, or for a deeper level";
    CallCheckpoint: Forbidden = "call.checkpoint", "the grant is for another checkpoint", "name the grant's checkpoint";
    CallSource: Forbidden = "call.source", "the call comes from somewhere else", "call from the grant's networks";
    WrongOrder: Conflict = "window.wrong-order", "the number of the event is not the one that comes next", "read the log again and try once more";
    TimeRunsBack: Conflict = "window.time-runs-back", "the event is earlier than the one before, or no time at all", "look at the clock";
    OtherRules: Conflict = "window.other-rules", "the window began under other rules", "fold it with the rules whose digest it has";
    AlreadySubmitted: Conflict = "window.already-submitted", "a model was handed in before", "open another window";
    WrongState: Conflict = "window.wrong-state", "the act has no place there", "see docs/model-testing.md for what is done when";
    WindowClosed: Conflict = "window.closed", "the window is closed", "nothing more is done in it";
    SameOrganisation: Conflict = "window.same-organisation", "nobody tests its own model", "name the organisation that runs the programme";
    HasRole: Conflict = "window.has-role", "the person has that role", "there is nothing to do";
    NobodyAssigns: Conflict = "window.nobody-assigns", "nobody could give roles any more", "give that role to somebody else first";
    ProposerGone: Conflict = "window.proposer-gone", "who proposed it has that role no longer", "propose it again";
    ProposalLapsed: Conflict = "window.proposal-lapsed", "the proposal waits no longer", "propose it again";
    NameTaken: Conflict = "window.name-taken", "the name was given to something else of its kind", "take another";
    ChecksOpen: Conflict = "window.checks-open", "a check was not made or not passed", "make it, or decline the submission";
    RunsOpen: Conflict = "window.runs-open", "a run has not ended", "record how it ended";
    KeyTaken: Conflict = "agreement.key-taken", "the key is registered", "a key signs for one party; register another one";
    AgreementEnded: Conflict = "agreement.ended", "the agreement has ended", "register another one";
    WindowNotOpen: Conflict = "grant.window", "no grants are given now", "wait until the window is accepted, or goes on";
    CredentialTaken: Conflict = "grant.credential", "the credential is that of another grant, or none", "make a new one";
    GrantRevoked: Conflict = "grant.revoked", "the grant was revoked before", "there is nothing to do";
    RunEnded: Conflict = "run.ended", "it was recorded how the run ended", "judge it, if that was wrong";
    FindingStep: Conflict = "finding.step", "the step has no place there", "see docs/model-testing.md for the steps of a finding";
    RetestRun: Conflict = "finding.retest-run", "a retest is an ended run on the mended checkpoint", "name such a run";
    NotThirdParty: Conflict = "finding.not-third-party", "it is no vulnerability in somebody else's software", "send it to the developer";
    HandedOver: Conflict = "finding.handed-over", "it was handed over before", "there is nothing to do";
    DeterminationStands: Conflict = "determination.stands", "it was determined, and every run it stands on is valid", "invalidate a run first, with a reason";
    DeterminationFell: Conflict = "determination.fell", "a run that the determination stands on is not valid any more", "determine again";
    UnknownRole: Unknown = "window.unknown-role", "the rules have no such role", "see [[role]]";
    UnknownCheck: Unknown = "window.unknown-check", "the rules have no such check", "see [[check]]";
    UnknownReason: Unknown = "window.unknown-reason", "the rules have no such reason to pause", "see [[window.pause]]";
    UnknownProposal: Unknown = "window.unknown-proposal", "no such proposal waits", "look at what waits";
    UnknownOrganisation: Unknown = "window.unknown-organisation", "no such organisation has a part in the window", "name one that has";
    UnknownAudience: Unknown = "window.unknown-audience", "the rules have no such edition", "see [[edition]]";
    UnknownKind: Unknown = "agreement.unknown-kind", "the rules have no such kind of agreement", "see [[agreement]]";
    UnknownAgreement: Unknown = "agreement.unknown", "there is no such agreement", "register it first";
    NotParty: Unknown = "agreement.not-party", "that organisation is no party to the agreement", "register an agreement that it is a party to";
    UnknownKey: Unknown = "agreement.unknown-key", "no such key is in use for the party", "register it first";
    LevelUnknown: Unknown = "grant.unknown-level", "the programme does not give that level", "see [[level]]";
    UnknownCheckpoint: Unknown = "grant.unknown-checkpoint", "the submission has no such checkpoint", "see the submission";
    UnknownGrant: Unknown = "grant.unknown", "there is no such grant", "see the grants of the window";
    UnknownCall: Unknown = "call.unknown", "no such call is open", "a call is settled once";
    UnknownPlan: Unknown = "plan.unknown", "there is no such plan", "register it first";
    UnknownRun: Unknown = "run.unknown", "there is no such run", "begin it first";
    UnknownFinding: Unknown = "finding.unknown", "there is no such finding", "record it first";
    UnknownSeverity: Unknown = "finding.unknown-severity", "the rules have no such severity", "see [[severity]]";
    NotSubmitted: Missing = "window.not-submitted", "the first event of a window hands a model in", "begin with `submit`";
    NotTester: Missing = "grant.not-tester", "who is to get the grant has no role of a tester", "give them one first";
    AgreementMissing: Missing = "grant.agreement", "an agreement that access needs is not in force", "have it signed by everybody, or renewed";
    CertificateMissing: Missing = "window.certificate-missing", "an organisation that had access has not certified destruction", "record its certificate";
    DeterminationSuite: Missing = "determination.suite", "the suites are not those that the programme measures", "give each one result, and each that is required at least that it is not decidable";
    DeterminationRun: Missing = "determination.run", "a result does not stand on ended runs of its suite that are judged valid", "judge them, or leave them out";
    DeterminationSamples: Missing = "determination.samples", "the samples are too few, or more than there are", "say that it is not decidable, or test more";
    IntakeCheckpoint: Missing = "intake.checkpoint", "there is no checkpoint", "name each with its digest";
    IntakeSameDigest: Missing = "intake.same-digest", "two checkpoints are one", "name it once";
    IntakeContact: Missing = "intake.contact", "there is nobody to reach", "name somebody";
    IntakeTooMany: Missing = "intake.too-many", "there are more checkpoints or contacts than are taken", "leave some out";
    IntakeReleasePast: Missing = "intake.release-past", "the day of release does not lie ahead", "name another day";
    IntakeReleaseNear: Missing = "intake.release-near", "the release comes before the window could end", "begin soon, or move the release";
    IntakeNoRelease: Missing = "intake.no-release", "no day of release is planned", "name it as soon as it is";
    IntakeSafeguards: Missing = "intake.safeguards", "no checkpoint has its safeguards off", "add one, or expect no deeper access";
    IntakeReleased: Missing = "intake.released", "no checkpoint is as it will be released", "add one";
    TooMany: Spent = "window.too-many", "there is no room for more of these", "open another window, or say less";
    CallBudget: Spent = "call.budget", "the budget does not cover the call", "ask for less, or for another grant";
}

impl Code {
    /// Whether a fault of a submission keeps it from being accepted; the other ones are told.
    pub fn blocks_acceptance(self) -> bool {
        !matches!(
            self,
            Self::IntakeReleaseNear | Self::IntakeNoRelease | Self::IntakeSafeguards | Self::IntakeReleased
        )
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
