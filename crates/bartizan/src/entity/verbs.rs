//! Words of the grammar of [`super::relations`]: verbs by class, and what may stand around them.

use super::prose::{Words, words};

/// Verb classes. Each list holds the finite forms and the participle.
pub(super) const USE: &Words = words!(
    "use uses used using employ employs employed employing leverage leverages leveraged leveraging utilize
     utilizes utilized utilizing abuse abuses abused abusing wield wields wielded"
);
pub(super) const PUT: &Words = words!(
    "deploy deploys deployed deploying deliver delivers delivered delivering drop drops dropped dropping
     install installs installed installing download downloads downloaded downloading distribute distributes
     distributed distributing spread spreads spreading launch launches launched execute executes executed
     executing push pushes pushed"
);
pub(super) const EXPLOIT: &Words =
    words!("exploit exploits exploited exploiting weaponize weaponizes weaponized");
pub(super) const TARGET: &Words = words!(
    "target targets targeted targeting attack attacks attacked attacking hit hits compromise compromises
     compromised compromising breached infects infected"
);
pub(super) const CONTACT: &Words = words!(
    "communicates communicate communicated communicating connects connect connected connecting beacons beacon
     beaconed beaconing contacts contact contacted contacting reaches"
);
pub(super) const DEVELOP: &Words = words!("operated developed authored created maintained run");

/// Words that may stand between verb and object, or subject and verb, and change nothing.
pub(super) const FILL: &Words = words!(
    "a an the its their his new custom various several multiple many other also then later primarily mainly
     mostly often typically usually frequently actively recently previously subsequently has have had been is
     are was were being be known called dubbed named malware ransomware backdoor trojan rat loader downloader
     stealer infostealer botnet implant tool tools framework group gang actor actors threat family families
     variant version remote access vulnerability vulnerabilities flaw flaws bug zero day critical severity
     high information stealing banking such as like including both all popular legitimate open source
     publicly available commodity modified simple sophisticated two three file files payload payloads second
     stage first final additional named consistently heavily successfully operators affiliates variants
     privilege escalation code execution windows linux unpatched old years known so far"
);

/// Heads and modifiers that may stand between `targets` and a place, a sector or a body.
pub(super) const VICTIM_FILL: &Words = words!(
    "organizations organisations entities companies users victims customers banks institutions government
     governments agencies individuals in across within from of based located firms businesses and military
     diplomatic financial networks systems infrastructure critical large small sized medium private public
     sector sectors industry industries including especially particularly mainly operating officials"
);

/// Words between a verb of contact and an address.
pub(super) const CONTACT_FILL: &Words = words!(
    "with to out back c2 c command and control server servers domain domains at address addresses ip host
     hosts infrastructure hardcoded hard coded remote over via on port https http tcp url following c2s
     located hosted attacker controlled"
);

/// Prepositions before a node that take it out of the subject's place.
pub(super) const NO_SUBJECT: &Words = words!(
    "by with from of like as to against than on in via using between for through into unlike beyond about
     over including targeting behind dropping delivering deploying use uses used distributing"
);
