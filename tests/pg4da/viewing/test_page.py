"""The page, used as an operator would use it, in headless Chromium."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

FORK = """
root:
  sequence:
    name: Whole
    children:
      - say: {name: First words, text: hello}
      - look: {name: Long look, seconds: 300}
"""
FAILS = """
root:
  sequence:
    name: Whole
    children:
      - fallback:
          name: Either
          children:
            - fail: {name: One way, code: blocked}
            - fail: {name: The other way, code: slipped, recoverable: false}
"""


def big(groups: int, each: int) -> str:
    """A tree of 1 + groups * (1 + each) nodes; the last leaf of the group in the middle keeps running."""
    lines = ["root:", "  sequence:", "    name: Whole", "    children:"]
    for group in range(groups):
        lines += ["      - sequence:", f"          name: Group {group}", "          children:"]
        for leaf in range(each):
            long = group == groups // 2 and leaf == each - 1
            word = "look: {seconds: 600, " if long else "condition: {if: true, "
            lines.append(f"            - {word}name: Leaf {group}.{leaf}}}")
    return "\n".join(lines)


def rows(browser: Any) -> list[str]:
    return list(browser.run("[...document.querySelectorAll('.row:not([hidden]) .name')].map(e => e.textContent)"))


def test_the_running_path_is_shown(live: Callable[..., Any], browser: Any) -> None:
    run = live(FORK).start()
    browser.open(run.link)
    browser.until("document.querySelector('#now .tip')?.textContent === 'Long look'")
    crumbs = browser.text("#now")
    assert "Whole" in crumbs
    running = "[...document.querySelectorAll('.row.running:not([hidden]) .name')].map(e => e.textContent)"
    assert browser.run(running) == ["Whole", "Long look"]
    assert browser.text("#badge") == "running"
    assert browser.problems() == []
    assert browser.hosts() == {f"127.0.0.1:{run.port}"}, "the page asked another host"


def test_what_an_earlier_round_left_is_faint(live: Callable[..., Any], browser: Any, rounds: str) -> None:
    run = live(rounds).start()
    browser.open(run.link)
    browser.until("document.querySelector('#now .tip')?.textContent === 'Look'")
    faint = "[...document.querySelectorAll('.row.past:not([hidden]) .name')].map(e => e.textContent)"
    browser.until(f"{faint}.length === 2")
    assert browser.run(faint) == ["Afterwards", "Longer"]
    mark = "getComputedStyle(document.querySelector('%s .mark'))"
    green = browser.run(mark % ".row.success:not(.past)" + ".color")
    assert browser.run(mark % ".row.past" + ".color") != green
    assert float(browser.run(mark % ".row.past" + ".opacity")) < 0.7
    browser.run("document.querySelector('.row.past .name').click()")
    browser.until("document.querySelector('#details .chip')?.textContent === 'success, an earlier round'")
    assert browser.problems() == []


def test_the_token_leaves_the_address(live: Callable[..., Any], browser: Any) -> None:
    run = live(FORK).start()
    browser.open(run.link)
    browser.until("document.querySelector('#badge')?.textContent === 'running'")
    assert "token" not in browser.run("location.href")
    assert browser.requests()
    assert not any(run.view.server.access.token in address for address in browser.requests())


def test_why_it_failed_is_shown_with_what_led_to_it(live: Callable[..., Any], browser: Any) -> None:
    run = live(FAILS).start()
    browser.open(run.link)
    browser.until("document.querySelector('#now .failed.final')")
    told = browser.text("#now .failed.final")
    assert "The other way" in told
    assert "failed try 2" in told
    assert "slipped · execution · cannot be recovered" in told
    browser.click("#now .failed.final .where button")
    browser.until("document.querySelector('#details h2')?.textContent === 'The other way'")
    browser.run("[...document.querySelectorAll('.row .name')].find(e => e.textContent === 'Either').click()")
    browser.until("document.querySelector('#details h2')?.textContent === 'Either'")
    why = browser.text("#details .why")
    assert "It came from" in why
    assert "failed try 1" in why, "the fallback's first child led to it"
    assert "blocked" in why
    assert browser.problems() == []


@pytest.mark.parametrize("groups", [20, 40])
def test_thousands_of_nodes_are_usable_and_fold(live: Callable[..., Any], browser: Any, groups: int) -> None:
    run = live(big(groups, 49)).start()
    leaf = f"Leaf {groups // 2}.48"
    browser.open(run.link)
    browser.until(f"document.querySelector('#now .tip')?.textContent === '{leaf}'")
    assert browser.text("#count") == f"{50 * groups + 1} nodes"
    assert leaf in rows(browser), "the running leaf is out of sight"
    assert browser.run("document.querySelectorAll('.row').length") < 120, "rows out of sight are in the page"
    browser.click("#unfold")
    browser.until("document.querySelector('.rows').clientHeight > 25000")
    browser.click("#fold")
    browser.until("document.querySelector('.rows').clientHeight < 5000")
    assert leaf in rows(browser)
    assert "Leaf 3.1" not in rows(browser)
    browser.run("document.querySelector('#search').focus()")
    browser.call("Input.insertText", text="Leaf 13.7")
    browser.until("document.querySelector('#count').textContent === '1 found'")
    assert rows(browser) == ["Whole", "Group 13", "Leaf 13.7"]
    drawn = browser.run(
        "new Promise(done => { let n = 0; const end = performance.now() + 500;"
        "const f = () => performance.now() < end ? (n++, requestAnimationFrame(f)) : done(n); f(); })"
    )
    assert drawn > 3, "the page hangs"
    assert browser.problems() == []


def test_keys_walk_and_fold_the_tree(live: Callable[..., Any], browser: Any) -> None:
    run = live(FAILS).start()
    browser.open(run.link)
    browser.until("document.querySelector('#now .failed.final')")
    browser.run("document.querySelector('#tree').focus()")
    browser.key("ArrowDown")
    browser.until("document.querySelector('#details h2')?.textContent === 'Whole'")
    browser.key("ArrowDown")
    browser.key("ArrowLeft")
    browser.until("document.querySelectorAll('.row:not([hidden])').length === 2")
    browser.key("ArrowRight")
    browser.until("document.querySelectorAll('.row:not([hidden])').length === 4")


def test_pause_step_resume_and_stop_with_the_token(live: Callable[..., Any], browser: Any) -> None:
    run = live(FORK).start()
    browser.open(run.link)
    browser.until("!document.querySelector('#pause').disabled")
    browser.click("#pause")
    browser.until("document.querySelector('#badge').textContent === 'paused'")
    browser.click("#step")
    browser.click("#pause")  # it says Resume now
    browser.until("document.querySelector('#badge').textContent === 'running'")
    browser.click("#stop")
    browser.until("document.querySelector('#badge').textContent === 'interrupted'")
    assert run.result().outcome == "interrupted"
    assert run.result().failure.message == "stopped by the operator"
    assert browser.problems() == []


def test_without_the_token_nothing_can_be_steered(live: Callable[..., Any], browser: Any) -> None:
    run = live(FORK).start()
    browser.open(run.view.server.address + "#token=wrong")
    browser.until("document.querySelector('#badge').textContent === 'running'")
    disabled = "['pause', 'step', 'stop'].every(id => document.getElementById(id).disabled)"
    assert browser.run(disabled)
    browser.run("document.querySelector('#stop').disabled = false; document.querySelector('#stop').click()")
    browser.until("document.querySelector('#notice').textContent.includes('token')")
    assert not run.control.waiting
    browser.click("#unlock")
    browser.until("document.querySelector('#token-dialog').open")
    browser.run(f"document.querySelector('#token').value = '{run.link}'")
    browser.run("document.querySelector('#token-form').requestSubmit()")
    browser.until("!document.querySelector('#stop').disabled")


def test_a_breakpoint_is_set_by_a_click_and_holds(live: Callable[..., Any], browser: Any) -> None:
    run = live(
        """
root:
  sequence:
    name: Whole
    children:
      - look: {name: Before, seconds: 2}
      - say: {name: Here, text: here}
""",
        pace=0.01,
    )
    browser.open(run.link)
    run.start()
    browser.until("!document.querySelector('#pause').disabled")
    dot = "[...document.querySelectorAll('.row')].find(r => r.innerText.includes('Here')).querySelector('.dot')"
    browser.run(f"{dot}.click()")
    browser.until("document.querySelector('.row.stop .name')?.textContent === 'Here'")
    browser.until("document.querySelector('.row.at .name')?.textContent === 'Here'")
    assert browser.text("#badge") == "paused"
    browser.click("#pause")
    browser.until("document.querySelector('#badge').textContent === 'success'")


def test_the_operator_answers(live: Callable[..., Any], browser: Any) -> None:
    run = live("""
mission: test
outputs: {said: {type: str}}
root:
  prompt: {text: May I go on?, choices: ["yes", "no"], seconds: 600, outputs: {answer: said}}
""")
    browser.open(run.link)
    browser.until("document.querySelector('#badge').textContent === 'waiting'")
    browser.until("document.querySelector('#unlock').hidden")
    run.start()
    browser.until("document.querySelector('#prompt').open")
    assert browser.text("#prompt-text") == "May I go on?"
    browser.click("#prompt-choices button:nth-child(2)")
    assert run.result().outputs == {"said": "no"}


def test_looking_back_and_live_again(live: Callable[..., Any], browser: Any) -> None:
    run = live(FORK).start()
    browser.open(run.link)
    browser.until("Number(document.querySelector('#scrub').max) > 0.3")
    browser.run("const s = document.querySelector('#scrub'); s.value = s.min; s.dispatchEvent(new Event('input')); 1")
    browser.until("document.querySelector('#badge').textContent === 'looking back'")
    assert "Long look" not in browser.text("#now")
    browser.click("#live")
    browser.until("document.querySelector('#now .tip')?.textContent === 'Long look'")


def test_it_comes_back_when_the_run_does(live: Callable[..., Any], browser: Any) -> None:
    first = live(FORK).start()
    browser.open(first.link)
    browser.until("document.querySelector('#badge').textContent === 'running'")
    port = first.port
    first.finish()
    first.view.leave()
    browser.until("document.querySelector('#notice').textContent.includes('Waiting')")
    from pg4da.viewing.access import Access

    again = live("root: {look: {name: Another, seconds: 300}}", access=Access(port=port)).start()
    browser.until("document.querySelector('#now .tip')?.textContent === 'Another'")
    assert again.port == port
    assert browser.run("document.querySelector('#notice').hidden")


def test_a_new_tree_in_the_same_view(live: Callable[..., Any], browser: Any) -> None:
    first = live(FAILS).start()
    browser.open(first.link)
    browser.until("document.querySelector('#badge').textContent === 'failure'")
    live(FORK, view=first.view).start()
    browser.until("document.querySelector('#now .tip')?.textContent === 'Long look'")
    assert browser.text("#badge") == "running"


def test_values_and_events(live: Callable[..., Any], browser: Any) -> None:
    run = live("""
root:
  sequence:
    children:
      - count: {name: One more, start: 41, outputs: {total: answer}}
      - say: {text: all done}
      - look: {seconds: 300}
""").start()
    browser.open(run.link)
    browser.until("document.querySelector('#events').innerText.includes('all done')")
    browser.click("#tab-values")
    browser.until("document.querySelector('#values').innerText.includes('42')")
    assert "answer" in browser.text("#values")


def test_what_a_mission_says_is_text(live: Callable[..., Any], browser: Any) -> None:
    run = live("""
root:
  sequence:
    name: "<img src=x onerror=window.bad=1>"
    children:
      - say: {text: "<script>window.bad=1</script>"}
      - look: {seconds: 300}
""").start()
    browser.open(run.link)
    browser.until("document.querySelector('#events').innerText.includes('<script>')")
    assert browser.run("window.bad === undefined")
    assert any("<img" in row for row in rows(browser))


def test_nothing_sticks_out_on_small_screens(live: Callable[..., Any], browser: Any) -> None:
    run = live(FAILS).start()
    for width, height in ((1400, 900), (900, 1200), (420, 800)):
        browser.size(width, height)
        browser.open(run.link)
        browser.until("document.querySelector('#now .failed.final')")
        assert browser.run("document.documentElement.scrollWidth <= innerWidth"), f"at {width}x{height}"
