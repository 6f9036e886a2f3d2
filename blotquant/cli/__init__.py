"""The command line: `blotquant analyse`, `linearity`, `info`, `simulate`.

Exit codes: 0 when everything was done, 2 when a file, an experiment or an option cannot be used
(the reason stands on the error stream), 130 when it was interrupted.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from blotquant import __version__
from blotquant.errors import BlotquantError

BAD_INPUT = 2
INTERRUPTED = 130

EXAMPLE = (
    "Example: [bold]blotquant analyse parp.tif actin.tif --together --targets parp.tif=PARP"
    " --targets actin.tif=beta-actin --out results[/bold]"
)

LINEARITY_EXAMPLE = (
    "Example: [bold]blotquant linearity actin.tif --samples dilution.csv --out results"
    " --figure results/linearity.svg[/bold]"
)

_Inputs = Annotated[
    list[Path],
    typer.Argument(
        metavar="INPUT",
        help="Images, or one experiment file (.toml), or one project (.blot).",
        show_default=False,
    ),
]
_Targets = Annotated[
    list[str] | None,
    typer.Option(
        metavar="[FILE=]NAME,NAME", help="What was probed: on all images, or on one. Repeat it."
    ),
]

app = typer.Typer(
    name="blotquant",
    help="Western blots to numbers: lanes, bands, cleaved-to-pro ratios with error bars.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line; what a user can correct becomes one sentence and exit code 2."""
    # The matrices are small: a second thread of linear algebra only waits for the first.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a narrow code page must not stop the work
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except BlotquantError as error:
        complain(error)
        raise SystemExit(BAD_INPUT) from error
    except OSError as error:
        if error.filename is not None:  # a file: no write to the output names one
            raise
        _give_up_output()
        reason = (error.strerror or "the system refuses").lower()
        complain(
            BlotquantError(
                f"What was found cannot be written to the output: {reason}",
                "Send the output elsewhere; tables that were asked for are in their folder",
            )
        )
        raise SystemExit(BAD_INPUT) from error
    except KeyboardInterrupt as interrupt:
        raise SystemExit(INTERRUPTED) from interrupt


def _give_up_output() -> None:
    """Send what is still to be written nowhere: the interpreter would fail over it at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def complain(error: BlotquantError) -> None:
    """Write what is wrong and what to do to the error stream."""
    typer.echo(f"blotquant: {error}", err=True)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - the callback of a flag
    if wanted:
        typer.echo(f"blotquant {__version__}")
        raise typer.Exit


@app.callback()
def _blotquant(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and stop."
        ),
    ] = False,
) -> None:
    """Western blots to numbers: lanes, bands, cleaved-to-pro ratios with error bars."""


@app.command(epilog=EXAMPLE)
def analyse(
    inputs: _Inputs,
    *,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder for the tables; made if need be.")
    ],
    panel: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Proteins that may be on the blots: apoptosis, vitamin-k2 ..."
        ),
    ] = None,
    targets: _Targets = None,
    loading_control: Annotated[
        str | None,
        typer.Option(
            metavar="NAME,NAME",
            help="What to normalise by, total-protein, or none. Left out: the control probed.",
        ),
    ] = None,
    control: Annotated[
        str | None,
        typer.Option(
            metavar="CONDITION",
            help="Condition, or MEMBRANE:LANE, that fold changes are relative to.",
        ),
    ] = None,
    samples: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Sample sheet (CSV): lane, sample, condition, dose ..."),
    ] = None,
    ladder: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Marker product, or its bands: '250,150,100,75'."),
    ] = None,
    chemistry: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Gel chemistry: it decides what ladder bands weigh."),
    ] = None,
    polarity: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[FILE=]POLARITY",
            help="light-on-dark or dark-on-light. Left out: the picture decides.",
        ),
    ] = None,
    background: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[MEMBRANE=]NAME",
            help="How the level under a band is estimated: lane-baseline, local, rolling-ball ...",
        ),
    ] = None,
    ball_radius: Annotated[
        float | None,
        typer.Option(
            metavar="PX", help="Radius of a rolling ball. 0 or left out: from the widest band."
        ),
    ] = None,
    sensitivity: Annotated[
        float | None,
        typer.Option(metavar="NUMBER", help="Smallest signal-to-noise ratio of a row of bands."),
    ] = None,
    together: Annotated[
        bool, typer.Option("--together", help="The images show one membrane, probed in turn.")
    ] = False,
    membrane: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[FILE=]NAME,NAME",
            help="Name of the membrane that all images show, or of those on one. Repeat it.",
        ),
    ] = None,
    page: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[FILE=]PAGES",
            help="Pages or channels of a file with several: 2, or 1,3, or all. Repeat it.",
        ),
    ] = None,
    row: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE:ROW=TARGET/FORM",
            help="Settle what a row is (FILE:MEMBRANE:ROW=... where there are several). Repeat it.",
        ),
    ] = None,
    exposures: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE,FILE",
            help="These images (or `all`) are exposures of one blot: merge them. Repeat it.",
        ),
    ] = None,
    use_estimates: Annotated[
        bool,
        typer.Option(
            "--use-estimates",
            help="Ratios take the estimate of a saturated band from its flanks, not a bound.",
        ),
    ] = False,
    figure: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also draw blots and ratios: .svg, .pdf, .png or .tif."),
    ] = None,
) -> None:
    """Find lanes and bands; write bands.csv, lanes.csv, ratios.csv, summary.csv and more tables.

    Images given plainly are analysed each by itself into the same tables; with --together they are
    photographs of one membrane, so that the loading control carries over.
    """
    from blotquant.cli.inputs import Options, project_of  # noqa: PLC0415 - keeps --help fast
    from blotquant.cli.run import run  # noqa: PLC0415 - keeps --help fast

    options = Options(
        panel=panel,
        targets=tuple(targets or ()),
        loading_control=loading_control,
        control=control,
        samples=samples,
        ladder=ladder,
        chemistry=chemistry,
        polarity=tuple(polarity or ()),
        background=tuple(background or ()),
        ball_radius_px=ball_radius,
        sensitivity=sensitivity,
        together=together,
        membrane=tuple(membrane or ()),
        row=tuple(row or ()),
        exposures=tuple(exposures or ()),
        use_estimates=use_estimates,
        page=tuple(page or ()),
    )
    errors = run(project_of(tuple(inputs), options), out, figure)
    _finish(errors)


@app.command(epilog=LINEARITY_EXAMPLE)
def linearity(
    inputs: _Inputs,
    *,
    samples: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Sample sheet (CSV): lane, kind (standard), dose, dose_unit ..."
        ),
    ] = None,
    targets: _Targets = None,
    within: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE", help="How far an amount may read off, 0.2 for 20 % (the default)."
        ),
    ] = None,
    background: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="How the level under a band is estimated: lane-baseline, local ..."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for linearity.csv; made if need be.")
    ] = None,
    figure: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also draw the series: .svg, .pdf, .png or .tif."),
    ] = None,
) -> None:
    """Read a dilution series: over which amounts are volumes proportional, and from where on not.

    Lanes of the series have the kind standard and their amount (dose) in the sample sheet.
    """
    from blotquant import edits  # noqa: PLC0415 - keeps --help fast
    from blotquant.cli.inputs import Options, project_of  # noqa: PLC0415 - keeps --help fast
    from blotquant.cli.run import run_linearity  # noqa: PLC0415 - keeps --help fast

    options = Options(
        samples=samples,
        targets=tuple(targets or ()),
        background=(background,) if background else (),
    )
    project = project_of(tuple(inputs), options)
    if within is not None:
        project = edits.change_settings(project, linearity_tolerance=within)
    _finish(run_linearity(project, out, figure))


@app.command()
def info(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE", help="Images, experiments or projects.", show_default=False),
    ],
) -> None:
    """Say what a file holds: size, depth, polarity and why, saturation, metadata, SHA-256."""
    from blotquant.cli.run import describe_files  # noqa: PLC0415 - keeps --help fast

    _finish(describe_files(tuple(files)))


@app.command()
def simulate(
    *,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder for the pictures; made if need be.")
    ] = Path("simulated"),
    scenario: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="demo (an experiment to try), all, or one, such as doublets; list names them.",
        ),
    ] = "demo",
    seed: Annotated[
        int | None,
        typer.Option(
            min=0, metavar="NUMBER", help="Another number, another blot of the same kind."
        ),
    ] = None,
) -> None:
    """Make blots whose truth is known: the demo experiment, or one difficulty at a time."""
    from blotquant.cli.run import simulate_blots  # noqa: PLC0415 - keeps --help fast

    simulate_blots(out, scenario, seed)


def _finish(errors: tuple[BlotquantError, ...]) -> None:
    """End with the code of bad input when files had to be left out; each was complained of."""
    if errors:
        raise typer.Exit(BAD_INPUT)
