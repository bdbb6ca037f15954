package com.altcontext.api.connection;

import com.altcontext.api.config.AppConfig;
import com.altcontext.api.http.ClientAddresses;
import com.altcontext.api.http.Problem;
import com.altcontext.api.http.SecurityHeaders;
import com.altcontext.client.ClientNetwork;
import com.altcontext.ingest.MemoryBudget;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.EventExecutor;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.vertx.http.HttpServerStart;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Limits the number of connections in total and, if there is no proxy in between, per client. Further connections are
 * answered 503 before the HTTP server knows of them: to prepare them there would cost too much in a flood.
 *
 * <p>Connections are counted where the listening socket accepts them, by a handler before the framework's own. The HTTP
 * server reports a connection only after it was prepared, and only to one handler, which is the framework's.
 */
@ApplicationScoped
class ConnectionGuard {
    /** Each connection may hold 8 KB of headers, and as much in buffers. */
    static final int MAX_CONNECTIONS = 2_000;

    /** A browser opens six, and many people may share an address. */
    static final int MAX_PER_CLIENT = 100;

    /** Refused connections that stay open until their clients have seen why. */
    private static final int MAX_LINGERING = 100;

    /** What the operating system holds of answers that a client has not read: it would take megabytes for each. */
    private static final int SEND_BYTES = 64 * 1024;

    private static final int RECEIVE_BYTES = 1_024;
    private static final long SWEEP_SECONDS = 1;
    /** The name of Vert.x's handler that makes requests of decoded messages. */
    private static final String REQUEST_HANDLER = "handler";

    private final Vertx vertx;
    private final ClientAddresses addresses;
    private final EarlyAnswer early;
    private final HeadMemory heads;
    private final int managementPort;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger lingering = new AtomicInteger();
    private final Map<ClientNetwork, Integer> openByClient = new ConcurrentHashMap<>();
    private final Set<ConnectionLimits> limited = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;

    ConnectionGuard(Vertx vertx, AppConfig config, ClientAddresses addresses, MemoryBudget memory) {
        this.vertx = vertx;
        this.addresses = addresses;
        this.heads = new HeadMemory(memory);
        this.early = new EarlyAnswer(new SecurityHeaders(config.clientAddress().isOnFly()));
        this.managementPort = config.listen().managementPort();
    }

    /**
     * Guards all connections from now on, including those that were accepted before the framework announced that it
     * listens.
     */
    void guard(@ObservesAsync HttpServerStart started) {
        VertxInternal internal = (VertxInternal) vertx;
        forEachChannel(internal.getAcceptorEventLoopGroup(), channel -> {
            if (channel instanceof ServerChannel && !isForPlatform(channel)) {
                channel.pipeline().addFirst(new Acceptor());
                var _ = channel.eventLoop()
                        .scheduleAtFixedRate(
                                () -> limited.forEach(ConnectionLimits::endIfOverdue),
                                SWEEP_SECONDS,
                                SWEEP_SECONDS,
                                TimeUnit.SECONDS);
            }
        });
        forEachChannel(internal.getEventLoopGroup(), channel -> {
            if (channel.parent() != null
                    && !isForPlatform(channel.parent())
                    && channel.pipeline().get(ConnectionLimits.class) == null) {
                count(channel, clientOf(channel));
                limit(channel);
            }
        });
    }

    /** Runs the work for each channel, on the channel's own thread. */
    private static void forEachChannel(Iterable<EventExecutor> loops, Consumer<Channel> work) {
        loops.forEach(loop -> loop.execute(() ->
                ((SingleThreadEventLoop) loop).registeredChannelsIterator().forEachRemaining(work)));
    }

    /** From now on, new connections are refused. Existing ones continue until the HTTP server closes. */
    void stop(@Observes ShutdownDelayInitiatedEvent event) {
        stopping = true;
    }

    private boolean isForPlatform(Channel listening) {
        return listening.localAddress() instanceof InetSocketAddress address && address.getPort() == managementPort;
    }

    /**
     * The client that a connection counts for; null if it may carry many people's requests. A peer on this machine is a
     * proxy or a test.
     */
    private @Nullable ClientNetwork clientOf(Channel channel) {
        if (!(channel.remoteAddress() instanceof InetSocketAddress remote)) {
            return null;
        }
        InetAddress peer = remote.getAddress();
        return peer.isLoopbackAddress() || addresses.isProxy(peer) ? null : ClientNetwork.of(peer);
    }

    private boolean hasRoom(@Nullable ClientNetwork client) {
        return !stopping
                && open.get() < MAX_CONNECTIONS
                && (client == null || openByClient.getOrDefault(client, 0) < MAX_PER_CLIENT);
    }

    private void count(Channel channel, @Nullable ClientNetwork client) {
        open.incrementAndGet();
        if (client != null) {
            openByClient.merge(client, 1, Integer::sum);
        }
        var _ = channel.closeFuture().addListener(closed -> {
            open.decrementAndGet();
            if (client != null) {
                openByClient.computeIfPresent(client, (same, count) -> count == 1 ? null : count - 1);
            }
        });
    }

    private void limit(Channel channel) {
        channel.config().setOption(ChannelOption.SO_SNDBUF, SEND_BYTES);
        ConnectionHeads connectionHeads = new ConnectionHeads(channel, heads);
        channel.pipeline().addFirst(connectionHeads);
        ConnectionLimits limits = new ConnectionLimits(channel, early, connectionHeads);
        channel.pipeline().addBefore(REQUEST_HANDLER, "limits", limits);
        limited.add(limits);
        var _ = channel.closeFuture().addListener(closed -> limited.remove(limits));
    }

    /** Runs before the framework's handler of a listening socket, and so gets each connection first. */
    private final class Acceptor extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            Channel channel = (Channel) message;
            ClientNetwork client = clientOf(channel);
            if (hasRoom(client)) {
                count(channel, client);
                channel.pipeline().addLast(new LimitsInstaller());
                context.fireChannelRead(channel);
            } else {
                channel.config().setAllocator(UnpooledByteBufAllocator.DEFAULT);
                channel.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(RECEIVE_BYTES));
                channel.pipeline().addLast(new RefusingHandler());
                var _ = context.channel().eventLoop().register(channel);
            }
        }
    }

    /** Waits until the framework has prepared a connection, and then adds the limits to it. */
    private final class LimitsInstaller extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext context) {
            if (context.pipeline().get(REQUEST_HANDLER) != null) {
                limit(context.channel());
            }
            context.fireChannelActive();
            var _ = context.pipeline().remove(this);
        }
    }

    /** Refuses a connection for which there is no room. */
    private final class RefusingHandler extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext context) {
            var written =
                    context.writeAndFlush(early.bytes(Problem.UNAVAILABLE.status(), Problem.UNAVAILABLE, List.of()));
            if (!stopping && lingering.get() < MAX_LINGERING) {
                lingering.incrementAndGet();
                var _ = context.channel().closeFuture().addListener(closed -> lingering.decrementAndGet());
                EarlyAnswer.endAfter(written);
            } else {
                var _ = context.close();
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ReferenceCountUtil.release(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable broken) {
            var _ = context.close();
        }
    }
}
