package com.altcontext.ops;

import com.altcontext.ops.command.CommandContext;
import java.lang.reflect.Constructor;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** Makes the command classes, and gives the context of the run to those whose constructor takes it. */
record CommandFactory(CommandContext context) implements IFactory {
    @Override
    public <K> K create(Class<K> type) throws Exception {
        try {
            Constructor<K> constructor = type.getDeclaredConstructor(CommandContext.class);
            constructor.setAccessible(true); // picocli calls the others in this way, too
            return constructor.newInstance(context);
        } catch (NoSuchMethodException needsNoContext) {
            return CommandLine.defaultFactory().create(type);
        }
    }
}
