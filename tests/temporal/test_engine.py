"""The engine on a real Temporal server."""

from temporal_script import value


def hello(flow, name):
    greeting = value((yield flow.activity("app:greet", name)))
    return {"greeting": greeting, "queue": flow.start.task_queue}


def test_a_workflow_calls_an_activity(world):
    world.serve({"hello": hello}, {"app:greet": lambda name: f"hello {name}"})
    assert world.run("hello", "world")["greeting"] == "hello world"
