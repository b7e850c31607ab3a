//! `bartizan benchmark run`: a plan carried out by Inspect, from the folder that is written to the log that is read.

mod child;
mod environment;
mod folder;
mod inspect;
mod order;
mod outcome;
mod progress;

use std::time::Duration;

use serde_json::json;

use self::child::End;
use self::order::Order;
use super::{log, plans};
use crate::args::Global;
use crate::args_benchmark::RunArgs;
use crate::exit::{Exit, Failure};
use crate::out;

/// Carries plans out, one after the other.
pub fn run(global: &Global, args: &RunArgs) -> Result<Exit, Failure> {
    log::check(&args.read)?;
    let plans = plans::wanted(args)?;
    if args.resume.is_some() && plans.len() != 1 {
        return Err(Failure::new(Exit::Usage, "benchmark.resume", "--resume goes on with one plan"));
    }
    let orders = plans.into_iter().map(|plan| Order::new(args, plan)).collect::<Result<Vec<_>, _>>()?;
    let inspect = inspect::Inspect::find(args.inspect.as_deref())?;
    let stop = child::Stop::listen()?;
    let mut exit = Exit::Ok;
    for order in &orders {
        let folder = folder::Folder::write(order, args.resume.as_deref(), &args.dir)?;
        let environment = environment::write(&inspect, order, &folder)?;
        if args.prepare {
            prepared(global, order, &folder, &environment)?;
            continue;
        }
        let one = carry_out(global, args, order, (&inspect, &folder, &environment), &stop)?;
        // A time limit says more than that something was found.
        exit = if exit == Exit::Timeout || one == Exit::Ok { exit } else { one };
        if stop.asked() {
            break;
        }
    }
    Ok(exit)
}

fn prepared(
    global: &Global,
    order: &Order,
    folder: &folder::Folder,
    environment: &str,
) -> Result<(), Failure> {
    let path = folder.root.display();
    if global.json {
        let plan = &order.plan;
        let line = json!({ "prepared": {
            "plan": plan.id.as_str(), "plan_sha256": plan.digest().as_str(), "folder": path.to_string(),
            "environment_sha256": environment, "expected": plan.expected(),
        } });
        return out::text(&format!("{line}\n"));
    }
    out::text(&format!("{}: {path}\n  environment.json has SHA-256 {environment}\n", order.plan.id))
}

fn carry_out(
    global: &Global,
    args: &RunArgs,
    order: &Order,
    (inspect, folder, environment): (&inspect::Inspect, &folder::Folder, &str),
    stop: &child::Stop,
) -> Result<Exit, Failure> {
    let before = folder.logs();
    let command = match &folder.resumed {
        None => inspect.eval(order, folder, args.connections)?,
        Some(log) => inspect.retry(order, folder, log, args.connections)?,
    };
    let mut progress = progress::Progress::new(global, order, folder, before.clone());
    let limit = Duration::from_secs(args.time_limit);
    let end = child::run(command, limit, stop, || progress.tick())?;
    progress.finish();
    let log = folder.newest(&before);
    let Some(log) = log else {
        return Err(outcome::no_log(order, folder, &end, args));
    };
    let found = outcome::read(args, order, folder, &log, environment)?;
    outcome::tell(global, order, folder, &found)?;
    Ok(match end {
        End::TimeLimit => Exit::Timeout,
        _ if found["fine"] == true => Exit::Ok,
        _ => Exit::Findings,
    })
}
