"""Posts of our own: published once, found again, counted."""

from __future__ import annotations

from typing import Any

import pytest

from draht.contract.channel import Channel, LooksBackAtPosts, Publishes
from draht.contract.errors import ChannelError, LoginExpired, Refused, TryLater, Unsure
from draht.contract.messages import Allowed, Media, OutgoingPost
from draht.contract.testing.ground import Ground, Net

# One grey pixel
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c636868680000030401"
    "814bd3d2100000000049454e44ae426082"
)


class Publishing(Ground):
    def our_posts(self, double: Any) -> list[str]:
        """For a channel that ``Publishes``: the texts of the posts that stand there under our name."""
        return self.our_answers(double)

    def post(self, opened: Channel) -> OutgoingPost:
        """Something to publish; a network that needs a picture gets one."""
        assert isinstance(opened, Publishes)
        takes = opened.post_takes()
        media = (Media(PNG, "image/png", "dot.png", "A grey dot"),) if takes.needed else ()
        return OutgoingPost(
            key="0190c3f2-0000-7000-8000-000000000002", text="We are open again.", title="Open", media=media
        )

    def test_it_publishes_once(self, net: Net, opened: Channel) -> None:
        if not isinstance(opened, Publishes):
            return
        post = self.post(opened)
        assert isinstance(opened.may_publish(post), Allowed)
        sent = opened.publish(post)
        assert sent.id
        assert sent.at.tzinfo is not None
        assert [post.text in text for text in self.our_posts(net.app)] == [True]

    @pytest.mark.parametrize(("fault", "error"), [(401, LoginExpired), (429, TryLater), (403, Refused)])
    def test_a_no_while_publishing_publishes_nothing(
        self, net: Net, opened: Channel, fault: int, error: type[ChannelError]
    ) -> None:
        if not isinstance(opened, Publishes):
            return
        post = self.post(opened)
        net.requests.clear()
        net.fail_next(fault)
        with pytest.raises(error):
            opened.publish(post)
        assert self.our_posts(net.app) == []

    def test_a_lost_post_never_becomes_a_second_copy(self, net: Net, opened: Channel) -> None:
        if not isinstance(opened, Publishes):
            return
        post = self.post(opened)
        net.fail_next(*self.faults_before_publishing(post), "lost")
        try:
            opened.publish(post)
        except TryLater:
            assert opened.posts_repeat_for, "only a network that recognises our key may be asked again"
        except Unsure:
            pass  # the worker looks before it acts
        if opened.posts_repeat_for:
            opened.publish(post)
        elif isinstance(opened, LooksBackAtPosts):
            assert opened.find_post(post) is not None
        assert len(self.our_posts(net.app)) == 1

    def faults_before_publishing(self, post: OutgoingPost) -> list[int | str]:
        """``Loopback`` faults for the requests that come before the one that publishes (uploads): none fails."""
        return []

    def test_it_counts_posts(self, opened: Channel) -> None:
        if not isinstance(opened, Publishes):
            return
        counter = opened.post_counter()
        assert counter.limit > 0
        assert counter.unit
        assert counter.count("a" * 10) > counter.count("a")
