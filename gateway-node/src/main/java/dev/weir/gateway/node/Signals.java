package dev.weir.gateway.node;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * Handlers of POSIX signals. The JDK has them in {@code sun.misc.Signal} alone, which no release
 * flag lets us name, hence by reflection; where it is missing, signals do what they always do.
 */
public final class Signals {

  private Signals() {}

  /** Runs {@code handler} on a thread of its own whenever {@code signal} (INT, TERM, HUP) comes. */
  public static void on(String signal, Runnable handler) {
    try {
      Class<?> type = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handlerType},
              (self, method, arguments) ->
                  switch (method.getName()) {
                    case "handle" -> {
                      handler.run();
                      yield null;
                    }
                    case "equals" -> self == arguments[0];
                    case "hashCode" -> System.identityHashCode(self);
                    default -> "handler of " + signal;
                  });
      type.getMethod("handle", type, handlerType)
          .invoke(null, type.getConstructor(String.class).newInstance(signal), proxy);
    } catch (InvocationTargetException ignoredByParent) {
      // Whoever started us (nohup) wants this signal ignored.
    } catch (ReflectiveOperationException missing) {
      // Not a JDK that has them.
    }
  }
}
