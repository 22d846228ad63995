from asgi_middleware import CompressionMiddleware
from asgi_middleware._compression import compression_threads

LARGE = b"Hello, world! " * 20_000


async def test_threads_have_a_limiter_of_their_own(drive, sends, monkeypatch):
    used = []
    from anyio import to_thread

    run_sync = to_thread.run_sync

    async def spying(func, *args, limiter):
        used.append(limiter)
        return await run_sync(func, *args, limiter=limiter)

    monkeypatch.setattr(to_thread, "run_sync", spying)
    for _ in range(2):
        await drive.request(CompressionMiddleware(sends(LARGE)), headers={"accept-encoding": "gzip"})
    assert used[0] is used[1]
    assert used[0] is not to_thread.current_default_thread_limiter()
    assert used[0].total_tokens == compression_threads.THREADS == 40
