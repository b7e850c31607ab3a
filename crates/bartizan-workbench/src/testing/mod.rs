//! Model testing: the board, a window with its parts, a run, an edition beside what it withholds.

mod run;
mod window;

pub use run::{TestEdition, TestLeak, TestMessage, TestRun, TestSample, TestScore};
pub use window::{
    TestBoard, TestCell, TestClock, TestGrid, TestLine, TestPart, TestProgramme, TestTab, TestUpload,
    TestWait, TestWindow,
};
