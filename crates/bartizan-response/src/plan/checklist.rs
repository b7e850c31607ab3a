//! The plan as a checklist in CommonMark: whole, and its first steps for `report.md`. What the report says is escaped.

use crate::markdown::escape;
use std::fmt::Write;

use bartizan::{Analysis, exchange};

use super::{Phase, Plan, Step, function, words};

/// Steps in `report.md`.
const FIRST: usize = 10;
/// Values of one step in the checklist; the rest is in the block lists or in `tasks.json`.
const MOST_VALUES: usize = 40;
/// Rules of one step; they are all in `detections/`.
const MOST_RULES: usize = 12;
/// Quotations of one step.
const MOST_QUOTES: usize = 3;

/// `response/checklist.md`.
pub(crate) fn whole(plan: &Plan, analysis: &Analysis) -> String {
    let mut out = format!(
        "# Response: {}\n\n**{}** · {} · {} steps\n\n",
        escape(&words::title(analysis)),
        exchange::marking(analysis).as_str(),
        escape(&analysis.pack),
        plan.steps.len()
    );
    out.push_str(
        "Steps stand in order; a step names the numbers of those that must be done before. Steps marked **!** change or \
         take away something that runs: a person decides each time.\n",
    );
    let mut told = false;
    for phase in Phase::ALL {
        let steps: Vec<(usize, &Step)> =
            plan.steps.iter().enumerate().filter(|(_, step)| step.phase == *phase).collect();
        let Some((_, first)) = steps.first() else { continue };
        if first.affected && !told {
            told = true;
            out.push_str("\n---\n\n**From here on only if something was found.** Steps that hold in any case are marked *always*.\n");
        }
        let _ = write!(out, "\n## {}\n\n", phase.words());
        for (number, step) in steps {
            entry(&mut out, number, step, plan, analysis, told);
        }
    }
    out
}

fn entry(out: &mut String, number: usize, step: &Step, plan: &Plan, analysis: &Analysis, told: bool) {
    let mark = if step.destructive { " **!**" } else { "" };
    let always = if told && !step.affected { " *(always)*" } else { "" };
    let _ = writeln!(out, "- [ ] **{}. {}**{mark}{always}  ", number + 1, escape(&step.title));
    let _ = writeln!(out, "  {}  ", escape(&step.action));
    values(out, step, plan);
    for rule in step.rules.iter().take(MOST_RULES) {
        let _ =
            writeln!(out, "  - rule `{}` {} ({})", rule.id, escape(&rule.title), escape(&rule.log_source));
    }
    if step.rules.len() > MOST_RULES {
        let _ = writeln!(out, "  - and {} more rules in detections/", step.rules.len() - MOST_RULES);
    }
    if !step.log_sources.is_empty() {
        let _ = writeln!(out, "  Log sources: {}  ", escape(&step.log_sources.join(", ")));
    }
    let _ = writeln!(out, "  *Why:* {}.  ", escape(&words::why(step, analysis)));
    for quote in quotes(step, analysis) {
        let _ = writeln!(out, "  > {}\n", escape(&quote));
    }
    let _ = writeln!(
        out,
        "  *Who:* {} · *When:* {} · *Needs:* {} · *Gives:* {}  ",
        step.owner,
        step.urgency.words(),
        escape(&step.inputs.join(", ")),
        escape(&step.outputs.join(", "))
    );
    if !step.after.is_empty() {
        let numbers: Vec<String> = step.after.iter().map(|i| (i + 1).to_string()).collect();
        let _ = writeln!(out, "  *After:* {}  ", numbers.join(", "));
    }
    let _ = writeln!(out, "  *Done when:* {}  ", escape(&step.done));
    let _ = writeln!(out, "  {}\n", escape(&ids(step)));
}

fn values(out: &mut String, step: &Step, plan: &Plan) {
    if step.items.is_empty() {
        return;
    }
    let listed =
        |item: &super::Item| plan.lists.iter().flat_map(|list| &list.items).any(|of| of.node == item.node);
    let most = if step.items.iter().take(MOST_VALUES).all(listed) { 6 } else { MOST_VALUES };
    let _ = writeln!(out, "  {}:  ", escape(&step.label));
    for item in step.items.iter().take(most) {
        let look = if item.caution.is_empty() {
            String::new()
        } else {
            format!(" (look first: {})", escape(&item.caution))
        };
        let _ = writeln!(out, "  - {}{look}", code(&item.shown));
    }
    if step.items.len() > most {
        let place =
            if plan.lists.is_empty() { "response/tasks.json" } else { "response/blocklists and tasks.json" };
        let _ = writeln!(out, "  - and {} more in {place}", step.items.len() - most);
    }
    out.push('\n');
}

/// CSF, RE&CT and D3FEND ids on one line.
fn ids(step: &Step) -> String {
    let csf = step.csf.iter().map(|id| format!("{id} {}", function(id)));
    let react = step.react.iter().map(|r| format!("{} {}", r.id, r.name));
    let counters = step.counters.iter().map(|c| format!("{} {}", c.id, c.name));
    csf.chain(react).chain(counters).collect::<Vec<_>>().join(" · ")
}

fn quotes(step: &Step, analysis: &Analysis) -> Vec<String> {
    let text = &analysis.document.text;
    let mut seen: Vec<String> = Vec::new();
    for e in &step.evidence {
        let sentence = unlinked(&words::clipped(e.sentence.of(text), 240));
        if !sentence.is_empty() && !seen.contains(&sentence) {
            seen.push(sentence);
        }
        if seen.len() == MOST_QUOTES {
            break;
        }
    }
    seen
}

/// Nothing that a reader of Markdown makes a link of by itself.
fn unlinked(text: &str) -> String {
    text.replace("://", "[:]//").replace("www.", "www[.]").replace('@', "[@]")
}

/// The first steps, for `report.md`.
pub(crate) fn first(out: &mut String, plan: &Plan, analysis: &Analysis) {
    if plan.steps.is_empty() {
        return;
    }
    out.push_str("\n## Response\n\n");
    for (number, step) in plan.steps.iter().take(FIRST).enumerate() {
        let named = if step.items.is_empty() {
            String::new()
        } else {
            let items: Vec<String> = step.items.iter().take(3).map(|item| code(&item.shown)).collect();
            let rest = step.items.len() - items.len();
            let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
            format!(" {}: {}{more}.", escape(&step.label), items.join(", "))
        };
        let _ = writeln!(
            out,
            "{}. **{}** ({}, {}). {}{named} *Why:* {}. *Done when:* {}",
            number + 1,
            escape(&step.title),
            step.owner,
            step.urgency.words(),
            escape(&step.action),
            escape(&words::why(step, analysis)),
            escape(&step.done)
        );
    }
    if plan.steps.len() > FIRST {
        let _ = write!(out, "\nAll {} steps are in `response/checklist.md`.\n", plan.steps.len());
    }
}

/// A value as code, fenced by more backticks than it has in a row.
fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_report_is_no_markup() {
        assert_eq!(escape("<b>[x](y) http://z"), "&lt;b&gt;\\[x\\](y) http&#58;//z");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
    }
}
