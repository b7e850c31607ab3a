//! Countries as Microsoft's list writes them. Places in reports are the business of `bartizan::entity`.

/// Names and ISO 3166-1 alpha-2 codes.
const COUNTRIES: &[(&str, &str)] = &[
    ("Austria", "AT"),
    ("Belarus", "BY"),
    ("China", "CN"),
    ("Cyprus", "CY"),
    ("India", "IN"),
    ("Iran", "IR"),
    ("Israel", "IL"),
    ("Italy", "IT"),
    ("Korea", "KR"),
    ("Lebanon", "LB"),
    ("North Korea", "KP"),
    ("Pakistan", "PK"),
    ("Russia", "RU"),
    ("Singapore", "SG"),
    ("South Korea", "KR"),
    ("Spain", "ES"),
    ("Syria", "SY"),
    ("Türkiye", "TR"),
    ("Turkey", "TR"),
    ("Ukraine", "UA"),
    ("United Arab Emirates", "AE"),
    ("United Kingdom", "GB"),
    ("United States", "US"),
    ("Vietnam", "VN"),
];

/// ISO code of the country with which an origin such as `Israel, Private sector offensive actor` begins.
pub(crate) fn code(origin: &str) -> Option<&'static str> {
    let name = origin.split(',').next().unwrap_or_default().trim();
    COUNTRIES.iter().find(|(n, _)| *n == name).map(|(_, code)| *code)
}
