use super::*;

fn draft(line: &str) -> Draft {
    Command::read(line).unwrap().draft().unwrap()
}

#[test]
fn what_stays_the_same_is_asked_for() {
    let draft = draft(r#"vssadmin.exe Delete Shadows /all /quiet"#);
    assert!(draft.body.contains(r"'\vssadmin.exe'"), "{}", draft.body);
    assert!(draft.body.contains("'Shadows'"), "{}", draft.body);
}

#[test]
fn a_program_of_the_system_alone_is_too_broad() {
    assert!(Command::read("whoami").unwrap().draft().is_err());
    assert!(Command::read("ipconfig /all").unwrap().draft().is_err());
}
