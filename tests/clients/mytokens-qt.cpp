/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * doc/examples/mytokens.c for Qt, with the proxies of qdbusxml2cpp: Subscribe, and ListTokens page
 * by page.
 */
#include <QCoreApplication>
#include <QDBusMetaType>
#include <QDBusPendingCallWatcher>
#include <QDBusServiceWatcher>
#include <QSocketNotifier>
#include <QTextStream>

#include <climits>
#include <string.h>
#include <unistd.h>

#include "patd_interface.h"

using Manager = OrgPatdTokens1ManagerInterface;
using Token = OrgPatdTokens1TokenInterface;
using Interfaces = QMap<QString, QVariantMap>;

static const auto Name = QStringLiteral("org.patd.Tokens1");
static const auto Root = QStringLiteral("/org/patd/Tokens1");

static void say(const QStringList &words)
{
    QTextStream(stdout) << words.join(u' ') << Qt::endl;
}

static void sayError(const QDBusError &error)
{
    static const QHash<QString, QString> texts {
        { "org.patd.Tokens1.Error.NameTaken", "you have a token of that name" },
        { "org.patd.Tokens1.Error.NotFound", "you have no such token" },
        { "org.patd.Tokens1.Error.NotRevoked", "revoke it first" },
        { "org.freedesktop.DBus.Error.AccessDenied", "that is not allowed" },
    };

    say({ "error:", texts.value(error.name(), error.message()) });
}

/* Shows it once, and keeps nothing. */
static void showSecret(const QDBusUnixFileDescriptor &fd)
{
    static const char label[] = "secret ";
    char text[128];
    char *secret = text + sizeof(label) - 1;

    memcpy(text, label, sizeof(label) - 1);
    ssize_t length = pread(fd.fileDescriptor(), secret, sizeof(text) - sizeof(label), 0);
    if (length > 0)
        secret[length++] = '\n';
    length += secret - text;
    if (length <= secret - text || write(STDOUT_FILENO, text, size_t(length)) != length)
        qWarning("the secret is lost");
    explicit_bzero(text, sizeof(text));
}

class MyTokens : public QObject
{
    Q_OBJECT

public:
    MyTokens()
        : bus(QDBusConnection::systemBus())
        , manager(Name, Root, bus)
        , watcher(Name, bus, QDBusServiceWatcher::WatchForOwnerChange)
    {
        // A signal as a message: slots with types of D-Bus would have to register them first.
        for (const char *signal : { "InterfacesAdded", "InterfacesRemoved" })
            bus.connect(Name, Root, "org.freedesktop.DBus.ObjectManager", signal, this,
                        SLOT(onSignal(QDBusMessage)));
        bus.connect(Name, QString(), "org.freedesktop.DBus.Properties", "PropertiesChanged", this,
                    SLOT(onSignal(QDBusMessage)));
        bus.connect(Name, QString(), Token::staticInterfaceName(), "Used", this,
                    SLOT(onSignal(QDBusMessage)));
        connect(&watcher, &QDBusServiceWatcher::serviceOwnerChanged, this,
                [this](const QString &, const QString &, const QString &owner) { setOwner(owner); });
        setOwner(bus.interface()->serviceOwner(Name));
    }

    void obey(const QString &line)
    {
        const QString verb = line.section(u' ', 0, 0), what = line.section(u' ', 1);

        if (verb == "generate")
            await(call(Root, Manager::staticInterfaceName(), "Generate", { what, QVariantMap() }),
                  [](const QDBusMessage &reply) {
                      showSecret(reply.arguments().at(1).value<QDBusUnixFileDescriptor>());
                  });
        else
            await(call(Root + "/token/" + what, Token::staticInterfaceName(),
                       verb.left(1).toUpper() + verb.mid(1), { QVariantMap() }),
                  [](const QDBusMessage &) {});
    }

private Q_SLOTS:
    void onSignal(const QDBusMessage &signal)
    {
        const QVariantList arguments = signal.arguments();

        if (signal.member() == "InterfacesAdded")
            onAdded(arguments[0].value<QDBusObjectPath>().path(),
                    qdbus_cast<Interfaces>(arguments[1]));
        else if (signal.member() == "InterfacesRemoved")
            onRemoved(arguments[0].value<QDBusObjectPath>().path());
        else if (tokens.contains(signal.path()) && signal.member() == "PropertiesChanged")
            onChanged(tokens[signal.path()], qdbus_cast<QVariantMap>(arguments[1]));
        else if (tokens.contains(signal.path()) && signal.member() == "Used")
            onUsed(tokens[signal.path()], arguments[0].toULongLong(), arguments[1].toString());
    }

private:
    void onAdded(const QString &path, const Interfaces &interfaces)
    {
        tokens[path] = interfaces[Token::staticInterfaceName()];
        sayState(tokens[path]);
    }

    void onRemoved(const QString &path)
    {
        const QVariantMap token = tokens.take(path);

        say({ "deleted", token["Id"].toString(), token["Name"].toString() });
    }

    static void onChanged(QVariantMap &token, const QVariantMap &changed)
    {
        token.insert(changed);
        if (changed.contains("State"))
            sayState(token);
    }

    static void onUsed(const QVariantMap &token, qulonglong at, const QString &service)
    {
        say({ "used", token["Id"].toString(), token["Name"].toString(), "at", QString::number(at),
              "through", service });
    }

    /* Before Qt 6.7 a proxy cannot allow a dialog, a message can.  People take their time. */
    QDBusPendingCall call(const QString &path, const char *interface, const QString &method,
                          const QVariantList &arguments)
    {
        QDBusMessage message = QDBusMessage::createMethodCall(Name, path, interface, method);

        message.setArguments(arguments);
        message.setInteractiveAuthorizationAllowed(true);
        return bus.asyncCall(message, INT_MAX);
    }

    static void sayState(const QVariantMap &token)
    {
        say({ token["State"].toString(), token["Id"].toString(), token["Name"].toString() });
    }

    template<typename Done>
    void await(const QDBusPendingCall &call, Done done)
    {
        auto *reply = new QDBusPendingCallWatcher(call, this);

        connect(reply, &QDBusPendingCallWatcher::finished, this, [reply, done] {
            if (reply->isError())
                sayError(reply->error());
            else
                done(reply->reply());
            reply->deleteLater();
        });
    }

    void setOwner(const QString &owner)
    {
        tokens.clear();
        if (owner.isEmpty()) {
            say({ "patd is not there" });
            return;
        }
        await(manager.Subscribe({}), [this](const QDBusMessage &) { list(QString()); });
    }

    void list(const QString &cursor)
    {
        await(manager.ListTokens({}, 0, cursor), [this](const QDBusMessage &message) {
            const QDBusPendingReply<QList<QVariantMap>, QString> page = message;

            for (const QVariantMap &token : page.argumentAt<0>())
                tokens[Root + "/token/" + token["Id"].toString()] = token;
            if (!page.argumentAt<1>().isEmpty()) {
                list(page.argumentAt<1>());
                return;
            }
            say({ "tokens:", QString::number(tokens.size()) });
            for (const QVariantMap &token : std::as_const(tokens))
                sayState(token);
        });
    }

    QDBusConnection bus;
    Manager manager;
    QDBusServiceWatcher watcher;
    QMap<QString, QVariantMap> tokens; // properties, by path
};

int main(int argc, char *argv[])
{
    QCoreApplication app(argc, argv);
    qDBusRegisterMetaType<QList<QVariantMap>>();
    MyTokens my;
    QSocketNotifier input(STDIN_FILENO, QSocketNotifier::Read);

    QObject::connect(&input, &QSocketNotifier::activated, [&] {
        char text[4096];
        const ssize_t size = read(STDIN_FILENO, text, sizeof(text));

        if (size <= 0) {
            app.quit();
            return;
        }
        const QStringList lines = QString::fromUtf8(text, size).split(u'\n', Qt::SkipEmptyParts);
        for (const QString &line : lines)
            my.obey(line);
    });
    return app.exec();
}

#include "mytokens-qt.moc"
