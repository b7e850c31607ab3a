//! Flaws that only look like others.

use super::{Flaw, Set};

impl<'m> Set<'m> {
    /// Other flaws that look like this one.
    pub(super) fn look_alikes(&mut self, flaw: &Flaw<'m>) {
        for how in ["same file", "same function", "same weakness", "same title", "same fix", "bypass", "fork"]
        {
            if !self.dice.percent(35) {
                continue;
            }
            let fresh = self.flaw();
            let mut other = Flaw { cve: fresh.cve.clone(), commit: fresh.commit.clone(), ..flaw.clone() };
            (other.number, other.line) = (fresh.number, flaw.line + 60);
            let keep_variable = self.dice.percent(33);
            match how {
                // Another flaw of the same weakness in the same function: other variables, another call.
                "same function" => {
                    other.called = fresh.called;
                    other.variables = fresh.variables;
                    if keep_variable {
                        other.variables[0].clone_from(&flaw.variables[0]);
                    }
                }
                "same file" => {
                    (other.function, other.called) = (fresh.function, fresh.called);
                    other.variables = fresh.variables;
                    other.kind = fresh.kind;
                }
                "same weakness" => {
                    (other.path, other.function, other.called) = (fresh.path, fresh.function, fresh.called);
                    (other.variables, other.callers) = (fresh.variables, fresh.callers);
                }
                "same title" => {
                    (other.path, other.called, other.project) = (fresh.path, fresh.called, fresh.project);
                    (other.variables, other.callers) = (fresh.variables, fresh.callers);
                }
                "same fix" => {
                    (other.function, other.called, other.commit) =
                        (fresh.function, fresh.called, flaw.commit.clone());
                    other.variables = fresh.variables;
                }
                "bypass" => {
                    (other.called, other.variables) = (fresh.called, fresh.variables);
                    other.function = fresh.function;
                }
                _ => other.project = fresh.project,
            }
            if how == "fork" && other.project.1 == flaw.project.1 {
                continue;
            }
            let label = self.new_flaw();
            let mut report = self.base(&other);
            if let ("bypass", Some(cve)) = (how, &flaw.cve) {
                report.text += &format!(" The fix for {cve} in {} does not cover this.", flaw.function);
            }
            self.push(report, label, how);
            if self.dice.percent(30) {
                let mut again = self.base(&other);
                self.retitled(&other, &mut again);
                self.push(again, label, how);
            }
        }
    }
}
